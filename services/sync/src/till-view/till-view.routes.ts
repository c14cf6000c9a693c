import { changesQuery, NUDGE_EVENT, SNAPSHOT_CONTENT_TYPE, snapshotQuery } from '@nexus/contracts';
import { defineRoute, rawAnswer, sse, type Route, type ServerSentEvent } from '@nexus/service-kit';
import { z } from 'zod';
import type { SyncDeps } from '../deps.ts';
import { compressed } from './compressed.ts';
import { listen } from './nudges.ts';
import { readChanges, readSnapshot } from './read-feed.ts';

const TILL = { permission: 'till:operate' } as const;

/** What tills keep copies of: everything once, what changed since, and a live hint that something did. */
export const tillViewRoutes = ({ db, nudges }: Pick<SyncDeps, 'db' | 'nudges'>): Route[] => [
  defineRoute({
    method: 'get',
    path: '/snapshot',
    summary: 'All that a till keeps a copy of, page by page',
    access: TILL,
    query: snapshotQuery,
    response: rawAnswer(SNAPSHOT_CONTENT_TYPE),
    handler: async ({ ctx, query, request, reply }) =>
      compressed(await readSnapshot(db, ctx, query), request.get('accept-encoding'), reply),
  }),
  defineRoute({
    method: 'get',
    path: '/changes',
    summary: 'What changed after a cursor, in order',
    access: TILL,
    query: changesQuery,
    response: rawAnswer('application/json'),
    handler: async ({ ctx, query, request, reply }) =>
      compressed(await readChanges(db, ctx, query), request.get('accept-encoding'), reply),
  }),
  defineRoute({
    method: 'get',
    path: '/nudges',
    summary: 'Server-sent events: the feed has moved',
    access: TILL,
    response: sse(z.strictObject({})),
    handler: ({ ctx, claims, signal }) =>
      asEvents(listen(nudges, { tenantId: ctx.tenantId, terminalId: claims.sub }, signal)),
  }),
];

async function* asEvents(nudges: AsyncIterable<undefined>): AsyncGenerator<ServerSentEvent<Record<string, never>>> {
  for await (const nudge of nudges) if (nudge === undefined) yield { event: NUDGE_EVENT, data: {} };
}
