import { exceptionRoutes, type Route } from '@nexus/service-kit';
import type { LiveSales } from './day-total/live-sales.ts';
import { dayTotalRoutes } from './day-total/day-total.routes.ts';
import type { SalesDeps } from './deps.ts';
import { hourTotalRoutes } from './hour-total/hour-total.routes.ts';
import { rebuildRoutes } from './rebuild/rebuild.routes.ts';
import type { RebuildRuns } from './rebuild/rebuild-runs.ts';
import { transactionRoutes } from './transaction/transaction.routes.ts';

/** Every route of this service but the audits, which are its RPC handlers over HTTP. */
export const routes = (deps: SalesDeps & { live: LiveSales; rebuilds: RebuildRuns }): Route[] => [
  ...transactionRoutes(deps),
  ...dayTotalRoutes(deps),
  ...hourTotalRoutes(deps),
  ...rebuildRoutes(deps.rebuilds),
  ...exceptionRoutes(deps.db),
];
