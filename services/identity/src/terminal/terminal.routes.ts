import { newTerminal, pageOf, pageQuery, terminalFacts, uuid } from '@nexus/contracts';
import { assertSeesBranch, defineRoute, visibleBranches, type Route } from '@nexus/service-kit';
import { uuidv7 } from '@nexus/tenancy-db';
import { z } from 'zod';
import { branchById } from '../branch/branch.repository.ts';
import { once } from '../command/once.ts';
import { requestKey } from '../command/request-key.ts';
import type { IdentityDeps } from '../deps.ts';
import { mentioned } from '../mentioned.ts';
import { cursorKey, indexKey, pageOfRows } from '../paging.ts';
import { revokeTerminal } from './revoke-terminal.ts';
import {
  listTerminals,
  nextTerminalIndex,
  saveTerminal,
  terminalById,
  terminalFactsOf,
} from './terminal.repository.ts';

const params = z.strictObject({ id: uuid });

export const terminalRoutes = (deps: IdentityDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/terminals',
    summary: 'Terminals of the branches that the bearer may see',
    access: { permission: 'terminals:read' },
    query: pageQuery,
    response: pageOf(terminalFacts),
    handler: ({ ctx, claims, query: { limit, cursor } }) =>
      deps.db.tx(ctx, async (tx) => {
        const rows = await listTerminals(tx, visibleBranches(claims), limit + 1, cursorKey(indexKey, cursor));
        return pageOfRows(await terminalFactsOf(tx, rows), limit, ({ index }) => index);
      }),
  }),
  defineRoute({
    method: 'post',
    path: '/terminals',
    summary: 'Add a terminal to a branch; it sells once it is enrolled',
    access: { permission: 'terminals:manage' },
    body: newTerminal,
    response: terminalFacts,
    status: 201,
    handler: ({ ctx, claims, body, request }) => {
      assertSeesBranch(claims, body.branch);
      const command = { key: requestKey(request), name: 'create-terminal', content: body };
      return deps.db.tx(ctx, (tx) =>
        once(tx, command, async () => {
          await mentioned('branch', branchById(tx, body.branch));
          const index = await nextTerminalIndex(tx);
          return saveTerminal(deps.db, tx, { id: uuidv7(), index, ...body, ...NOT_ENROLLED });
        }),
      );
    },
  }),
  defineRoute({
    method: 'get',
    path: '/terminals/:id',
    summary: 'One terminal',
    access: { permission: 'terminals:read' },
    params,
    response: terminalFacts,
    handler: ({ ctx, claims, params: { id } }) =>
      deps.db.tx(ctx, async (tx) => {
        const [facts] = await terminalFactsOf(tx, [await terminalById(tx, id, visibleBranches(claims))]);
        return facts as NonNullable<typeof facts>; // one row in, one out
      }),
  }),
  defineRoute({
    method: 'post',
    path: '/terminals/:id/revocation',
    summary: 'Revoke a terminal for good: it may still deliver its journal, and nothing else',
    access: { permission: 'terminals:manage' },
    params,
    response: terminalFacts,
    handler: ({ ctx, claims, params: { id } }) => revokeTerminal(deps, ctx, id, visibleBranches(claims)),
  }),
];

const NOT_ENROLLED = { keyId: null, publicKey: null, chain: null, enrolledAt: null, revokedAt: null };
