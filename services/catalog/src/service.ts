import { standardService } from '@nexus/service-kit';
import { sharedMigrations, tenantMigrations } from '../migrations/index.ts';
import { config } from './config.ts';
import { entities } from './entities.ts';
import { BarcodeCache } from './product/barcode-cache.ts';
import { forgetOnEvents } from './product/forget-on-events.ts';
import { routes } from './routes.ts';
import { rpcHandlers } from './rpc-handlers.ts';
import { subscribers } from './subscribers.ts';

/** Catalog: products, prices, barcodes, tax groups. */
export const service = standardService({
  name: 'catalog',
  config,
  tenantMigrations,
  sharedMigrations,
  entities,
  deps: ({ config: { barcodeCacheTenants, barcodeCacheBytes, barcodeCacheLifeMs }, db, nats, logger }) => ({
    db,
    nats,
    logger,
    cache: new BarcodeCache({
      maxTenants: barcodeCacheTenants,
      maxBytesOfTenant: barcodeCacheBytes,
      lifeMs: barcodeCacheLifeMs,
    }),
  }),
  routes,
  subscribers,
  rpcHandlers,
  background: ({ nats, cache }) => [forgetOnEvents(nats, cache)],
});
