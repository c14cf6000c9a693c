import { chainStructure, operatorAccessRow, pageOf, pageQuery, uuid } from '@nexus/contracts';
import { defineRoute, visibleBranches, type Route } from '@nexus/service-kit';
import type { IdentityDeps } from '../deps.ts';
import { cursorKey, pageOfRows } from '../paging.ts';
import { readChainStructure } from './chain-structure.ts';

export const chainRoutes = ({ db }: IdentityDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/chain',
    summary: 'The chain with its legal entities, and the branches and terminals that the bearer may see',
    access: { permission: 'chain:read' },
    response: chainStructure.reply,
    handler: ({ ctx, claims }) => readChainStructure(db, ctx, visibleBranches(claims)),
  }),
  defineRoute({
    method: 'get',
    path: '/operator-accesses',
    summary: 'Platform operators who took a token for this chain, newest first',
    access: { permission: 'audit:read' },
    query: pageQuery,
    response: pageOf(operatorAccessRow),
    handler: ({ ctx, query: { limit, cursor } }) =>
      db.tx(ctx, async (tx) => {
        const rows = await tx.query<{ id: string; operator: string; at: Date }>(
          'SELECT id, operator, at FROM operator_access WHERE ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $1',
          [limit + 1, cursorKey(uuid, cursor) ?? null],
        );
        const page = pageOfRows(rows, limit, ({ id }) => id);
        return { ...page, items: page.items.map((row) => ({ ...row, at: row.at.toISOString() })) };
      }),
  }),
];
