import type { NatsLink } from '@nexus/messaging';
import type { Background } from '@nexus/service-kit';
import type { Logger } from '@nexus/telemetry';
import type { TemporalLink } from '@nexus/temporal-kit';
import type { TenancyDb } from '@nexus/tenancy-db';
import type { ReplayNotifier } from './replay/wake.ts';
import type { TerminalKeys } from './terminal/terminal-keys.ts';
import type { Nudges } from './till-view/nudges.ts';

/** What the use cases of this service need. */
export interface SyncDeps {
  readonly db: TenancyDb;
  readonly nats: NatsLink;
  readonly temporal: Pick<TemporalLink, 'call'>;
  readonly keys: TerminalKeys;
  readonly replay: ReplayNotifier & Background;
  readonly nudges: Nudges;
  /** Told after each upload that a till of this tenant has said what it holds. Must not throw. */
  readonly reported?: (tenantId: string) => void;
  readonly logger: Logger;
  /** Server time, epoch milliseconds. */
  readonly now: () => number;
  /** So long an entry waits for what it follows before it is numbered beside the gap. */
  readonly graceMs: number;
  /** So many entries are worth a wake-up of the replay while the till is sending more. */
  readonly wakeEntries: number;
}
