import { dayTotals, dayTotalsQuery, liveSales, NexusError } from '@nexus/contracts';
import { defineRoute, sse, visibleBranches, type Route } from '@nexus/service-kit';
import type { SalesDeps } from '../deps.ts';
import { readDayTotals } from './day-total.repository.ts';
import type { LiveSales } from './live-sales.ts';

const MAX_DAYS = 92;
const DAY_MS = 86_400_000;

export const dayTotalRoutes = ({ db, live }: SalesDeps & { live: LiveSales }): Route[] => [
  defineRoute({
    method: 'get',
    path: '/days',
    summary: 'Totals by business date, branch, terminal, currency and kind; at most 92 days',
    access: { permission: 'sales:read' },
    query: dayTotalsQuery,
    response: dayTotals,
    handler: ({ ctx, claims, query }) => {
      const days = (Date.parse(query.to) - Date.parse(query.from)) / DAY_MS;
      if (days < 0 || days > MAX_DAYS) throw new NexusError('NX-1001', `from and to must span 0 to ${MAX_DAYS} days`);
      return db.tx(ctx, (tx) => readDayTotals(tx, query, visibleBranches(claims)));
    },
  }),
  defineRoute({
    method: 'get',
    path: '/live',
    summary: 'Live: an event after each batch of transactions that was applied',
    access: { permission: 'sales:read' },
    response: sse(liveSales),
    handler: ({ ctx, claims, signal }) => live.follow(ctx.tenantId, visibleBranches(claims), signal),
  }),
];
