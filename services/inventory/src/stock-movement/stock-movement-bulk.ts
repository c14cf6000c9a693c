import { anyKnown, bigintArray, insertRows, intArray, textArray, uuidArray, type TenantTx } from '@nexus/tenancy-db';
import type { StockMovement } from './stock-movement.ts';

/** A level that a batch of movements changed. Quantities in thousandths. */
export interface ChangedLevel {
  readonly branch: string;
  readonly product: string;
  /** What this batch added, signed. */
  readonly change: number;
  readonly onHand: number;
  /** It was marked as below zero before this batch. */
  readonly wasBelow: boolean;
}

/** A movement that was new and is dated at or before the newest count of its product: the next count has to hear of it. */
export type EarlyMovement = Pick<StockMovement, 'key' | 'line' | 'branch' | 'product' | 'quantity' | 'at'>;

export interface Moved {
  readonly levels: ChangedLevel[];
  readonly early: EarlyMovement[];
}

/*
 * The hot path of stock: one statement inserts the movements, sums those that were really new and adds the sums to the
 * levels, sorted, so that concurrent batches cannot deadlock.
 */
const INSERT = insertRows('stock_movement', {
  key: 'uuid',
  line: 'int',
  branch: 'uuid',
  product: 'uuid',
  quantity: 'bigint',
  reason: 'text',
  at_ms: 'bigint',
  terminal: 'uuid',
  number: 'bigint',
});
const GIVEN = `SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::bigint[], $7::bigint[])
  AS g(key, line, branch, product, quantity, at_ms)`;
/** Movements are new: what was given is what is written. */
const ALL_NEW = `written AS (${INSERT}), fresh AS NOT MATERIALIZED (${GIVEN})`;
const SOME_NEW = `fresh AS (${INSERT} ON CONFLICT (key, line) DO NOTHING RETURNING key, line, branch, product, quantity, at_ms)`;
const move = (fresh: string): string => `WITH ${fresh}, summed AS (
    SELECT branch, product, sum(quantity)::bigint AS change, min(at_ms) AS first_ms, max(at_ms) AS last_ms
    FROM fresh GROUP BY branch, product
  ), moved AS (
    INSERT INTO stock_level AS l (branch, product, on_hand, first_ms, last_ms)
    SELECT branch, product, change, first_ms, last_ms FROM summed ORDER BY branch, product
    ON CONFLICT (branch, product) DO UPDATE SET on_hand = l.on_hand + excluded.on_hand,
      first_ms = least(l.first_ms, excluded.first_ms), last_ms = greatest(l.last_ms, excluded.last_ms)
    RETURNING branch, product, on_hand, last_count_ms, below
  )
  SELECT m.branch, m.product, s.change, m.on_hand, m.below,
    CASE WHEN s.first_ms <= m.last_count_ms THEN (
      SELECT jsonb_agg(jsonb_build_object('key', f.key, 'line', f.line, 'quantity', f.quantity, 'at', f.at_ms))
      FROM fresh f WHERE f.branch = m.branch AND f.product = m.product AND f.at_ms <= m.last_count_ms
    ) END AS early
  FROM moved m JOIN summed s USING (branch, product)`;
const MOVE_NEW = move(ALL_NEW);
const MOVE = move(SOME_NEW);
const KNOWN = anyKnown('stock_movement', 'key');

/**
 * True when no transaction of these is known and no movement is there twice. The events of a tenant are applied one
 * batch after the other (the cursor is locked), so this stays true until the transaction ends; were it not, the key would
 * refuse.
 */
async function allNew(tx: TenantTx, movements: readonly StockMovement[]): Promise<boolean> {
  const lines = new Set(movements.map((m) => `${m.key}/${m.line}`));
  if (lines.size < movements.length) return false;
  const keys = [...new Set(movements.map((m) => m.key))];
  return (await tx.bulk('known-movements', KNOWN, [uuidArray(keys)])).length === 0;
}

interface Row {
  branch: string;
  product: string;
  change: string;
  on_hand: string;
  below: boolean;
  early: { key: string; line: number; quantity: number; at: number }[] | null;
}

/** Applies movements once: those whose key and line are known change nothing. */
export async function insertMovements(tx: TenantTx, movements: readonly StockMovement[]): Promise<Moved> {
  if (movements.length === 0) return { levels: [], early: [] };
  const [name, statement] = (await allNew(tx, movements)) ? ['move-new', MOVE_NEW] : ['move', MOVE];
  const sorted = [...movements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.line - b.line));
  const rows = await tx.bulk<Row>(name, statement, [
    uuidArray(sorted.map((m) => m.key)),
    intArray(sorted.map((m) => m.line)),
    uuidArray(sorted.map((m) => m.branch)),
    uuidArray(sorted.map((m) => m.product)),
    bigintArray(sorted.map((m) => m.quantity)),
    textArray(sorted.map((m) => m.reason)),
    bigintArray(sorted.map((m) => m.at)),
    uuidArray(sorted.map((m) => m.terminal)),
    bigintArray(sorted.map((m) => m.number)),
  ]);
  return {
    levels: rows.map((row) => ({
      branch: row.branch,
      product: row.product,
      change: Number(row.change),
      onHand: Number(row.on_hand),
      wasBelow: row.below,
    })),
    early: rows.flatMap(({ branch, product, early }) =>
      (early ?? []).map((movement) => ({ ...movement, branch, product })),
    ),
  };
}
