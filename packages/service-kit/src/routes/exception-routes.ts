import { exceptionKind, exceptionRow, pageOf, uuid } from '@nexus/contracts';
import { listExceptions, settleException, type TenancyDb } from '@nexus/tenancy-db';
import { z } from 'zod';
import { visibleBranches } from '../access/visible-branches.ts';
import { noContent } from '../http/answer.ts';
import { defineRoute, type Route } from '../http/route.ts';

/** Every service keeps its own exceptions and lists and settles them in the same way. */
export const exceptionRoutes = (db: TenancyDb): Route[] => [
  defineRoute({
    method: 'get',
    path: '/exceptions',
    summary: 'What does not add up and waits for a person, newest first',
    access: { permission: 'exceptions:read' },
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().max(200).optional(),
      kind: exceptionKind.optional(),
      /** `open` (default) or `all`. */
      state: z.enum(['open', 'all']).default('open'),
    }),
    response: pageOf(exceptionRow),
    handler: ({ ctx, claims, query }) =>
      db.tx(ctx, (tx) =>
        listExceptions(tx, {
          open: query.state === 'open',
          limit: query.limit,
          cursor: query.cursor,
          kind: query.kind,
          branches: visibleBranches(claims) ?? undefined,
        }),
      ),
  }),
  defineRoute({
    method: 'post',
    path: '/exceptions/:id/settlement',
    summary: 'Settle an exception, with a note that says why',
    access: { permission: 'exceptions:settle' },
    params: z.strictObject({ id: uuid }),
    body: z.strictObject({ note: z.string().trim().min(1).max(1000) }),
    response: noContent,
    handler: ({ ctx, claims, params, body }) =>
      db.tx(ctx, (tx) => settleException(tx, params.id, claims.sub, body.note, visibleBranches(claims) ?? undefined)),
  }),
];
