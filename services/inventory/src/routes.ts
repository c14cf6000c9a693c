import { exceptionRoutes, type Route } from '@nexus/service-kit';
import type { InventoryDeps } from './deps.ts';
import { stockLevelRoutes } from './stock-level/stock-level.routes.ts';

/** Every route of this service but the audits, which are its RPC handlers over HTTP. */
export const routes = (deps: InventoryDeps): Route[] => [...stockLevelRoutes(deps), ...exceptionRoutes(deps.db)];
