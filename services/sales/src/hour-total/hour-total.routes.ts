import { hourTotals, hourTotalsQuery } from '@nexus/contracts';
import { defineRoute, visibleBranches, type Route } from '@nexus/service-kit';
import type { SalesDeps } from '../deps.ts';
import { readHourTotals } from './hour-total.repository.ts';

export const hourTotalRoutes = ({ db }: Pick<SalesDeps, 'db'>): Route[] => [
  defineRoute({
    method: 'get',
    path: '/hours',
    summary: 'Takings by hour of a business date and of the one before it, by the branches’ own clocks',
    access: { permission: 'sales:read' },
    query: hourTotalsQuery,
    response: hourTotals,
    handler: ({ ctx, claims, query }) =>
      db.tx(ctx, async (tx) => ({ rows: await readHourTotals(tx, query, visibleBranches(claims)) })),
  }),
];
