import { pageQuery, releaseAnswer, terminalJournalPage, terminalParams } from '@nexus/contracts';
import { defineRoute, seesBranch, visibleBranches, type Route } from '@nexus/service-kit';
import type { SyncDeps } from '../deps.ts';
import { listTerminals } from './list-terminals.ts';
import { releaseTerminal } from './release-terminal.ts';

export const terminalRoutes = (deps: SyncDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/terminals',
    summary: "How far each till's journal has come in, and what it still holds",
    access: { permission: 'terminals:read' },
    query: pageQuery,
    response: terminalJournalPage,
    handler: ({ ctx, claims, query }) => deps.db.tx(ctx, (tx) => listTerminals(tx, query, visibleBranches(claims))),
  }),
  defineRoute({
    method: 'post',
    path: '/terminals/:terminal/release',
    summary: 'Let the entries of a revoked terminal go to the books',
    access: { permission: 'exceptions:settle' },
    params: terminalParams,
    response: releaseAnswer,
    handler: async ({ ctx, claims, params }) => ({
      released: await releaseTerminal(deps, ctx, params.terminal, (branch) =>
        branch === null ? visibleBranches(claims) === null : seesBranch(claims, branch),
      ),
    }),
  }),
];
