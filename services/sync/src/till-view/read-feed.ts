import { NexusError, type SnapshotPageEnd } from '@nexus/contracts';
import type { TenancyDb, TenantContext, TenantTx } from '@nexus/tenancy-db';
import { decodeCursor, decodeKey, encodeCursor, encodeKey } from './feed-cursor.ts';
import { headPosition, itemsAfterKey, itemsAfterPosition, stampAt } from './till-view.repository.ts';

interface PageQuery {
  readonly after?: string | undefined;
  readonly limit: number;
}

const BEFORE_ALL = { kind: '', id: '' };

/** A page of the snapshot as NDJSON. The head is read before the items: what changes meanwhile comes again as a change. */
export const readSnapshot = (db: TenancyDb, ctx: TenantContext, query: PageQuery): Promise<string> =>
  db.tx(ctx, async (tx) => {
    const after = query.after === undefined ? BEFORE_ALL : decodeKey(query.after);
    const cursor = await cursorAt(tx, await headPosition(tx));
    const items = await itemsAfterKey(tx, after, query.limit + 1);
    const page = items.slice(0, query.limit);
    const last = page.at(-1);
    const end: SnapshotPageEnd = {
      k: 'page-end',
      ...(items.length > query.limit && last !== undefined ? { next: encodeKey(last) } : {}),
      cursor,
    };
    return `${[...page.map(({ item }) => item), JSON.stringify(end)].join('\n')}\n`;
  });

/** Changes after a cursor, as the JSON of `changesAnswer`. SYN-1005 for a cursor of a feed that this one is not. */
export const readChanges = (
  db: TenancyDb,
  ctx: TenantContext,
  query: PageQuery & { readonly after: string },
): Promise<string> =>
  db.tx(ctx, async (tx) => {
    const from = decodeCursor(query.after);
    const head = await headPosition(tx);
    if (from.position > head) throw new NexusError('SYN-1005');
    if (from.position > 0 && (await stampAt(tx, from.position)) !== from.stamp) throw new NexusError('SYN-1005');
    const items = await itemsAfterPosition(tx, from.position, query.limit + 1);
    const page = items.slice(0, query.limit);
    const more = items.length > query.limit;
    // All that was there is read: whatever commits later lies beyond the head.
    const through = more ? (page.at(-1)?.position ?? from.position) : Math.max(head, page.at(-1)?.position ?? 0);
    const cursor = await cursorAt(tx, through);
    return `{"items":[${page.map(({ item }) => item).join(',')}],"cursor":${JSON.stringify(cursor)},"more":${more}}`;
  });

async function cursorAt(tx: TenantTx, position: number): Promise<string> {
  return encodeCursor({ position, stamp: position === 0 ? null : await stampAt(tx, position) });
}
