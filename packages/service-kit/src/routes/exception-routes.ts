import { exceptionListQuery, exceptionPage, exceptionParams, exceptionSettlement } from '@nexus/contracts';
import { listExceptions, settleException, type TenancyDb } from '@nexus/tenancy-db';
import { defineRoute, type Route } from '../http/route.ts';
import { noContent } from '../http/answer.ts';

/** What does not add up in this service, for a person to settle: the same at every service. */
export const exceptionRoutes = (db: TenancyDb): Route[] => [
  defineRoute({
    method: 'get',
    path: '/exceptions',
    summary: 'Exceptions, newest first',
    access: { permission: 'exceptions:read' },
    query: exceptionListQuery,
    response: exceptionPage,
    handler: ({ ctx, claims, query }) =>
      db.tx(ctx, (tx) =>
        listExceptions(tx, {
          open: query.open === 'true',
          limit: query.limit,
          cursor: query.cursor,
          kind: query.kind,
          branches: claims.branches,
        }),
      ),
  }),
  defineRoute({
    method: 'post',
    path: '/exceptions/:id/settlement',
    summary: 'Settle an exception',
    access: { permission: 'exceptions:settle' },
    params: exceptionParams,
    body: exceptionSettlement,
    response: noContent,
    handler: ({ ctx, claims, params, body }) =>
      db.tx(ctx, (tx) => settleException(tx, params.id, claims.sub, body.note, claims.branches)),
  }),
];
