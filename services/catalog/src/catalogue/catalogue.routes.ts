import { catalogueAnswer } from '@nexus/contracts';
import { defineRoute, type Route } from '@nexus/service-kit';
import type { CatalogDeps } from '../deps.ts';
import { countProducts } from '../product/product.repository.ts';
import { readCatalogue } from './catalogue.repository.ts';

export const catalogueRoutes = (deps: Pick<CatalogDeps, 'db'>): Route[] => [
  defineRoute({
    method: 'get',
    path: '/catalogue',
    summary: 'Revision, currency and size of the catalogue',
    access: { permission: 'catalog:read' },
    response: catalogueAnswer,
    handler: ({ ctx }) =>
      deps.db.tx(ctx, async (tx) => ({ ...(await readCatalogue(tx)), products: await countProducts(tx) })),
  }),
];
