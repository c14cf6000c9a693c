import type { NatsLink } from '@nexus/messaging';
import type { Logger } from '@nexus/telemetry';
import type { TenancyDb } from '@nexus/tenancy-db';
import type { BarcodeCache } from './product/barcode-cache.ts';

/** What the use cases of this service need. */
export interface CatalogDeps {
  readonly db: TenancyDb;
  readonly nats: NatsLink;
  readonly cache: BarcodeCache;
  readonly logger: Logger;
}
