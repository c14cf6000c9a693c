import { exceptionRoutes, type Route } from '@nexus/service-kit';
import { catalogueRoutes } from './catalogue/catalogue.routes.ts';
import type { CatalogDeps } from './deps.ts';
import { importRoutes } from './import/import.routes.ts';
import { productRoutes } from './product/product.routes.ts';
import { taxGroupRoutes } from './tax-group/tax-group.routes.ts';

/** Every route of this service but the audits, which are its RPC handlers over HTTP. */
export const routes = (deps: CatalogDeps): Route[] => [
  ...catalogueRoutes(deps),
  ...productRoutes(deps),
  ...taxGroupRoutes(deps),
  ...importRoutes(deps),
  ...exceptionRoutes(deps.db),
];
