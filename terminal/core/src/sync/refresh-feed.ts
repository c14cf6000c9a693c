import type { FeedItem } from '@nexus/contracts';
import type { AccessTokens } from '../enrolment/access-token.ts';
import { TransportError } from '../ports/transport.ts';
import { applyFeedItems, dropOlderGenerations, readTaxGroups, refreshOwnFacts } from '../product/apply-feed.ts';
import { deleteSetting, readSetting, writeSetting } from '../store/settings.ts';
import type { StoreTx } from '../store/store.ts';
import { factsOf, type TillContext } from '../till-context.ts';

export interface FeedReport {
  readonly items: number;
  readonly snapshot: boolean;
}

/** How far a snapshot that was interrupted had come. */
interface SnapshotProgress {
  readonly generation: number;
  /** Cursor of the first page: changes go on from there. */
  readonly cursor: string;
  readonly next: string;
}
interface FeedCursor {
  readonly generation: number;
  readonly cursor: string;
}

/**
 * Brings the local copy up to date: a snapshot where there is none or its epoch has passed (going on where one broke
 * off), then every change since. Each page and its cursor are written in one transaction.
 */
export const refreshFeed = async (ctx: TillContext, tokens: AccessTokens): Promise<FeedReport> => {
  try {
    return await readFeed(ctx, tokens);
  } catch (error) {
    if (!(error instanceof TransportError) || error.failure !== 'restart-feed') throw error;
    // The old copy stays in use until the new snapshot is complete.
    await ctx.store.write(async (tx) => {
      await deleteSetting(tx, 'feed-cursor');
      await deleteSetting(tx, 'feed-snapshot');
    });
    return readFeed(ctx, tokens);
  }
};

const readFeed = async (ctx: TillContext, tokens: AccessTokens): Promise<FeedReport> => {
  const known = await readSetting<FeedCursor>(ctx.store, 'feed-cursor');
  const snapshot = known ? null : await takeSnapshot(ctx, tokens);
  const cursor = known ?? snapshot?.cursor;
  if (!cursor) throw new Error('a snapshot ended without a cursor');
  const items = await takeChanges(ctx, tokens, cursor);
  return { items: items + (snapshot?.items ?? 0), snapshot: snapshot !== null };
};

const takeSnapshot = async (
  ctx: TillContext,
  tokens: AccessTokens,
): Promise<{ readonly items: number; readonly cursor: FeedCursor }> => {
  let progress = await readSetting<SnapshotProgress>(ctx.store, 'feed-snapshot');
  const generation = progress?.generation ?? (await nextGeneration(ctx));
  let items = 0;
  for (;;) {
    const after: string | undefined = progress?.next;
    const page = await tokens.use((token) => ctx.ports.transport.snapshot(token, after));
    const cursor: string = progress?.cursor ?? page.cursor;
    const following = page.next === undefined ? null : { generation, cursor, next: page.next };
    await applyPage(ctx, page.items, generation, async (tx) => {
      if (following) return writeSetting(tx, 'feed-snapshot', following);
      await dropOlderGenerations(tx, generation);
      await deleteSetting(tx, 'feed-snapshot');
      await writeSetting(tx, 'feed-cursor', { generation, cursor } satisfies FeedCursor);
    });
    items += page.items.length;
    if (!following) return { items, cursor: { generation, cursor } };
    progress = following;
  }
};

const takeChanges = async (ctx: TillContext, tokens: AccessTokens, start: FeedCursor): Promise<number> => {
  let { cursor } = start;
  let items = 0;
  for (;;) {
    const after = cursor;
    const answer = await tokens.use((token) => ctx.ports.transport.changes(token, after));
    if (answer.cursor !== cursor || answer.items.length > 0) {
      await applyPage(ctx, answer.items, start.generation, (tx) =>
        writeSetting(tx, 'feed-cursor', { generation: start.generation, cursor: answer.cursor } satisfies FeedCursor),
      );
    }
    cursor = answer.cursor;
    items += answer.items.length;
    if (!answer.more) return items;
  }
};

const applyPage = async (
  ctx: TillContext,
  items: readonly FeedItem[],
  generation: number,
  then: (tx: StoreTx) => Promise<void>,
): Promise<void> => {
  const fresh = await ctx.store.write(async (tx) => {
    await applyFeedItems(tx, items, generation);
    await then(tx);
    return {
      facts: await refreshOwnFacts(tx, factsOf(ctx.state), items),
      taxGroups: await readTaxGroups(tx),
      // Asked of the items, not of the table: a snapshot has many pages.
      catalogueRevision: items.reduce(
        (newest, item) => (item.k === 'product' ? Math.max(newest, item.d.revision) : newest),
        ctx.state.catalogueRevision,
      ),
    };
  });
  Object.assign(ctx.state, fresh);
};

const nextGeneration = async (ctx: TillContext): Promise<number> => {
  const row = await ctx.store.one<{ generation: number }>(
    `SELECT max(coalesce((SELECT max(generation) FROM product), 0),
                coalesce((SELECT max(generation) FROM fact), 0)) + 1 AS generation`,
  );
  return row?.generation ?? 1;
};
