import { journalCursorMigration } from '@nexus/messaging';
import { standardService } from '@nexus/service-kit';
import { stockMigration } from '../migrations/0100-stock.ts';
import { config } from './config.ts';
import { routes } from './routes.ts';
import { rpcHandlers } from './rpc-handlers.ts';
import { subscribers } from './subscribers.ts';

/** Inventory: stock as a sum of movements, from the transaction log's events and the journal's counts. */
export const service = standardService({
  name: 'inventory',
  config,
  tenantMigrations: [journalCursorMigration, stockMigration],
  deps: ({ db, nats, logger }) => ({ db, nats, logger }),
  routes,
  subscribers,
  rpcHandlers,
});
