import { transactionDetail, transactionListQuery, transactionPage, uuid } from '@nexus/contracts';
import { defineRoute, visibleBranches, type Route } from '@nexus/service-kit';
import { z } from 'zod';
import type { SalesDeps } from '../deps.ts';
import { listTransactions, readTransaction } from './transaction.repository.ts';

export const transactionRoutes = ({ db }: SalesDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/transactions',
    summary: 'Sales, returns and post-voids, newest first',
    access: { permission: 'sales:read' },
    query: transactionListQuery,
    response: transactionPage,
    handler: ({ ctx, claims, query }) => db.tx(ctx, (tx) => listTransactions(tx, query, visibleBranches(claims))),
  }),
  defineRoute({
    method: 'get',
    path: '/transactions/:key',
    summary: 'One transaction with its lines, taxes and tenders',
    access: { permission: 'sales:read' },
    params: z.strictObject({ key: uuid }),
    response: transactionDetail,
    handler: ({ ctx, claims, params }) => db.tx(ctx, (tx) => readTransaction(tx, params.key, visibleBranches(claims))),
  }),
];
