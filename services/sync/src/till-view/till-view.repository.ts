import type { FeedItem } from '@nexus/contracts';
import { uuidv7, type TenantTx } from '@nexus/tenancy-db';

/** One thing as tills keep it, under a key that is unique in its kind. */
export interface TillItem {
  readonly id: string;
  readonly item: FeedItem;
}

export interface StoredItem {
  readonly kind: string;
  readonly id: string;
  readonly position: number;
  /** The feed item as JSON. */
  readonly item: string;
}

/** Batches whose stamps are kept: a till that is further behind takes a new snapshot. */
const KEPT_BATCHES = 10_000;
const PRUNE_EVERY = 1_000;

/**
 * Writes items as the newest state of what they describe and gives positions to those that really changed. Takes the
 * head's lock first and keeps it until the commit: positions become visible in their own order. Returns how many changed.
 */
export async function writeTillItems(tx: TenantTx, items: readonly TillItem[]): Promise<number> {
  const newest = new Map(items.map((entry) => [`${entry.item.k}/${entry.id}`, entry]));
  if (newest.size === 0) return 0;
  const [head] = await tx.query<{ position: string }>('SELECT position FROM till_head FOR UPDATE');
  const before = Number(head?.position ?? 0);
  const rows = [...newest.values()];
  const changed = await tx.query<{ position: string }>(
    `INSERT INTO till_row AS r (kind, id, position, item)
     SELECT kind, id, $1::bigint + i, item FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS n(kind, id, item, i)
     ON CONFLICT (kind, id) DO UPDATE SET position = excluded.position, item = excluded.item
       WHERE r.item IS DISTINCT FROM excluded.item
     RETURNING position`,
    [before, rows.map((r) => r.item.k), rows.map((r) => r.id), rows.map((r) => JSON.stringify(r.item))],
  );
  if (changed.length === 0) return 0;
  const after = before + rows.length;
  await tx.query('UPDATE till_head SET position = $1', [after]);
  await tx.query('INSERT INTO till_batch (position, stamp) VALUES ($1, $2)', [after, uuidv7()]);
  if (Math.floor(before / PRUNE_EVERY) !== Math.floor(after / PRUNE_EVERY)) await pruneBatches(tx);
  return changed.length;
}

async function pruneBatches(tx: TenantTx): Promise<void> {
  await tx.query(
    `DELETE FROM till_batch WHERE position <=
       (SELECT position FROM till_batch ORDER BY position DESC OFFSET ${KEPT_BATCHES} LIMIT 1)`,
  );
}

export async function headPosition(tx: TenantTx): Promise<number> {
  const [head] = await tx.query<{ position: string }>('SELECT position FROM till_head');
  return Number(head?.position ?? 0);
}

/** Stamp of the batch in which a position lies; null where it is beyond the head or forgotten. */
export async function stampAt(tx: TenantTx, position: number): Promise<string | null> {
  const [batch] = await tx.query<{ stamp: string }>(
    'SELECT stamp FROM till_batch WHERE position >= $1 ORDER BY position LIMIT 1',
    [position],
  );
  return batch?.stamp ?? null;
}

interface ItemRow {
  kind: string;
  id: string;
  position: string;
  item: string;
}
const itemOf = (row: ItemRow): StoredItem => ({ ...row, position: Number(row.position) });

/** Items after a key, in the order of keys: pages of the snapshot. */
export async function itemsAfterKey(
  tx: TenantTx,
  after: { readonly kind: string; readonly id: string },
  limit: number,
): Promise<StoredItem[]> {
  const rows = await tx.query<ItemRow>(
    'SELECT kind, id, position, item FROM till_row WHERE (kind, id) > ($1, $2) ORDER BY kind, id LIMIT $3',
    [after.kind, after.id, limit],
  );
  return rows.map(itemOf);
}

/** Items that changed after a position, in the order of change. */
export async function itemsAfterPosition(tx: TenantTx, after: number, limit: number): Promise<StoredItem[]> {
  const rows = await tx.query<ItemRow>(
    'SELECT kind, id, position, item FROM till_row WHERE position > $1 ORDER BY position LIMIT $2',
    [after, limit],
  );
  return rows.map(itemOf);
}
