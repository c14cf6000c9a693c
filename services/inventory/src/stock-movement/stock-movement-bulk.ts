import { bigintArray, intArray, textArray, uuidArray, type TenantTx } from '@nexus/tenancy-db';
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
const MOVE = `WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[], $7::bigint[], $8::uuid[], $9::bigint[])
      AS g(key, line, branch, product, quantity, reason, at_ms, terminal, number)
  ), fresh AS (
    INSERT INTO stock_movement (key, line, branch, product, quantity, reason, at_ms, terminal, number)
    SELECT * FROM given ORDER BY key, line
    ON CONFLICT (key, line) DO NOTHING
    RETURNING key, line, branch, product, quantity, at_ms
  ), summed AS (
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
  const rows = await tx.bulk<Row>('insert-movements', MOVE, [
    uuidArray(movements.map((m) => m.key)),
    intArray(movements.map((m) => m.line)),
    uuidArray(movements.map((m) => m.branch)),
    uuidArray(movements.map((m) => m.product)),
    bigintArray(movements.map((m) => m.quantity)),
    textArray(movements.map((m) => m.reason)),
    bigintArray(movements.map((m) => m.at)),
    uuidArray(movements.map((m) => m.terminal)),
    bigintArray(movements.map((m) => m.number)),
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
