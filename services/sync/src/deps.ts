import type { NatsLink } from '@nexus/messaging';
import type { Logger } from '@nexus/telemetry';
import type { TenancyDb } from '@nexus/tenancy-db';
import type { ReplayNotifier } from './replay/wake.ts';
import type { TerminalKeys } from './terminal/terminal-keys.ts';

/** What the use cases of this service need. */
export interface SyncDeps {
  readonly db: TenancyDb;
  readonly nats: NatsLink;
  readonly keys: TerminalKeys;
  readonly replay: ReplayNotifier;
  readonly logger: Logger;
  /** Server time, epoch milliseconds. */
  readonly now: () => number;
  /** So long an entry waits for what it follows before it is numbered beside the gap. */
  readonly graceMs: number;
}
