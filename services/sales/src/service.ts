import { journalCursorMigration } from '@nexus/messaging';
import { standardService } from '@nexus/service-kit';
import { transactionLogMigration } from '../migrations/0100-transaction-log.ts';
import { rebuildRunMigration } from '../migrations/0110-rebuild-run.ts';
import { activities } from './activities.ts';
import { config } from './config.ts';
import { LiveSales } from './day-total/live-sales.ts';
import { RebuildRuns } from './rebuild/rebuild-runs.ts';
import { routes } from './routes.ts';
import { rpcHandlers } from './rpc-handlers.ts';

/** Sales: the transaction log, made from the electronic journal, and its projections. */
export const service = standardService({
  name: 'sales',
  config,
  tenantMigrations: [journalCursorMigration, transactionLogMigration, rebuildRunMigration],
  deps: ({ db, nats, logger }) => ({
    db,
    nats,
    logger,
    live: new LiveSales(nats),
    rebuilds: new RebuildRuns(db, logger),
  }),
  routes,
  rpcHandlers,
  activities,
  background: ({ rebuilds }) => [rebuilds],
});
