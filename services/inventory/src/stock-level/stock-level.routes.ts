import { movementListQuery, movementPage, stockListQuery, stockPage, stockSummary } from '@nexus/contracts';
import { assertSeesBranch, defineRoute, visibleBranches, type Route } from '@nexus/service-kit';
import type { InventoryDeps } from '../deps.ts';
import { listMovements, listStock, summarizeStock } from './stock-level.repository.ts';

export const stockLevelRoutes = ({ db }: InventoryDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/stock',
    summary: 'What each branch has on hand, by product code',
    access: { permission: 'stock:read' },
    query: stockListQuery,
    response: stockPage,
    handler: ({ ctx, claims, query }) => db.tx(ctx, (tx) => listStock(tx, query, visibleBranches(claims))),
  }),
  defineRoute({
    method: 'get',
    path: '/stock/summary',
    summary: 'Products, units and products below zero by branch',
    access: { permission: 'stock:read' },
    response: stockSummary,
    handler: ({ ctx, claims }) => db.tx(ctx, (tx) => summarizeStock(tx, visibleBranches(claims))),
  }),
  defineRoute({
    method: 'get',
    path: '/movements',
    summary: 'Movements of one product in one branch, newest first',
    access: { permission: 'stock:read' },
    query: movementListQuery,
    response: movementPage,
    handler: ({ ctx, claims, query }) => {
      assertSeesBranch(claims, query.branch);
      return db.tx(ctx, (tx) => listMovements(tx, query));
    },
  }),
];
