import type { ServiceName } from '@nexus/contracts';
import type { Logger } from '@nexus/telemetry';
import type { TenancyDb } from '@nexus/tenancy-db';
import type { NatsLink } from '../nats-link.ts';
import type { EventHandler, ObservedBatch } from './handler.ts';

export interface ConsumerOptions {
  readonly db: TenancyDb;
  readonly nats: NatsLink;
  /** Whose events. */
  readonly source: ServiceName;
  readonly handlers: readonly EventHandler[];
  readonly logger: Logger;
  /** How often the source is asked for heads that moved. Default 10,000. */
  readonly sweepMs?: number;
  /** Tenants worked on at once. Default 4. */
  readonly parallelTenants?: number;
  /** Of the stream, as `ensureStream` takes them. */
  readonly streamReplicas?: number | undefined;
  /** Told of each transaction that applied events, or could not. Must not throw. */
  readonly observer?: (batch: ObservedBatch) => void;
}
