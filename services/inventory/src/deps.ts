import type { NatsLink } from '@nexus/messaging';
import type { Logger } from '@nexus/telemetry';
import type { TenancyDb } from '@nexus/tenancy-db';

/** What the use cases of this service need. */
export interface InventoryDeps {
  readonly db: TenancyDb;
  readonly nats: NatsLink;
  readonly logger: Logger;
}
