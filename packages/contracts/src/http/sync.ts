import { z } from 'zod';
import { productFacts, taxGroupFacts } from '../events/catalog-events.ts';
import { branchFacts, legalEntityFacts, staffFacts, terminalFacts } from '../events/identity-events.ts';

/*
 * HTTP of sync as tills use it, beside `POST /journal` (journal/upload.ts: header, signature and NDJSON body, which may be
 * gzip by `content-encoding`; answered with `uploadAnswer`, authenticated by its signature alone). Everything here
 * wants a terminal's access token (permission `till:operate`); tenant and branch come from the token.
 */

/** Most items in a page of the snapshot or of changes. */
export const MAX_FEED_ITEMS = 1000;

/**
 * One thing a till keeps a copy of: whole state, newest wins, so items may repeat. An item whose `k` a till does not
 * know is skipped by it.
 */
export const feedItem = z.discriminatedUnion('k', [
  z.object({ k: z.literal('product'), d: productFacts }),
  z.object({ k: z.literal('tax-group'), d: taxGroupFacts }),
  z.object({ k: z.literal('branch'), d: branchFacts }),
  z.object({ k: z.literal('legal-entity'), d: legalEntityFacts }),
  z.object({ k: z.literal('terminal'), d: terminalFacts }),
  z.object({ k: z.literal('staff'), d: staffFacts }),
]);
export type FeedItem = z.infer<typeof feedItem>;

/** `GET /snapshot?after=&limit=`: `after` is the `next` of the page before, absent at first. */
export const snapshotQuery = z.strictObject({
  after: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_FEED_ITEMS).default(MAX_FEED_ITEMS),
});

/**
 * A page of the snapshot is NDJSON (`application/x-ndjson`): feed items, one a line, then exactly one line of this
 * form. A page without it was cut off and counts for nothing.
 */
export const snapshotPageEnd = z.object({
  k: z.literal('page-end'),
  /** Goes into `after` for the next page; absent on the last one. */
  next: z.string().max(500).optional(),
  /**
   * Where `GET /changes` goes on. The till keeps the one of its FIRST page, so that nothing that changed while it was
   * reading pages is missed.
   */
  cursor: z.string().max(500),
});
export type SnapshotPageEnd = z.infer<typeof snapshotPageEnd>;
export const snapshotLine = z.union([feedItem, snapshotPageEnd]);
export const SNAPSHOT_CONTENT_TYPE = 'application/x-ndjson';

/** `GET /changes?after=<cursor>&limit=`: what changed after a cursor, in order. `SYN-1005` (410): take a new snapshot. */
export const changesQuery = z.strictObject({
  after: z.string().min(1).max(500),
  limit: z.coerce.number().int().min(1).max(MAX_FEED_ITEMS).default(MAX_FEED_ITEMS),
});
export const changesAnswer = z.object({
  items: z.array(feedItem),
  /** The till's next cursor, also when there is nothing new. */
  cursor: z.string().max(500),
  /** More is there already: ask again at once. */
  more: z.boolean(),
});
export type ChangesAnswer = z.infer<typeof changesAnswer>;

/**
 * `GET /nudges`: server-sent events. Each event is named `changes` and says only that the feed has moved: the till then
 * asks `GET /changes`. The first comes at once. A comment line comes at least every 25 s; a till that hears nothing for
 * 60 s connects anew.
 */
export const NUDGE_EVENT = 'changes';
export const NUDGE_KEEPALIVE_MS = 25_000;
export const NUDGE_SILENCE_MS = 60_000;
