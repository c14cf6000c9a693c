import { exceptionRoutes, type Route } from '@nexus/service-kit';
import type { SyncDeps } from './deps.ts';
import { journalRoutes } from './journal/journal.routes.ts';
import { reconciliationRoutes } from './reconciliation/reconciliation.routes.ts';
import { terminalRoutes } from './terminal/terminal.routes.ts';
import { tillViewRoutes } from './till-view/till-view.routes.ts';

/** Every route of this service but the audits, which are its RPC handlers over HTTP. */
export const routes = (deps: SyncDeps): Route[] => [
  ...journalRoutes(deps),
  ...tillViewRoutes(deps),
  ...terminalRoutes(deps),
  ...reconciliationRoutes(deps),
  ...exceptionRoutes(deps.db),
];
