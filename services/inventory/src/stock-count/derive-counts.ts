import type { TenantTx } from '@nexus/tenancy-db';
import type { ChangedLevel, EarlyMovement } from '../stock-movement/stock-movement-bulk.ts';
import type { StockCount } from './stock-count.ts';

/*
 * A count's movement is what it showed minus every movement before its moment (ties go by key and line). It is kept up
 * by differences: a movement that arrives late takes its quantity off the first count after it, and off no other,
 * because every later count's movement comes from a sum that already holds both.
 */

interface LevelRow {
  branch: string;
  product: string;
  on_hand: string;
  below: boolean;
}

const levelsOf = (rows: readonly LevelRow[], changes: ReadonlyMap<string, number>): ChangedLevel[] =>
  rows.map((row) => ({
    branch: row.branch,
    product: row.product,
    change: changes.get(`${row.branch}/${row.product}`) ?? 0,
    onHand: Number(row.on_hand),
    wasBelow: row.below,
  }));

/** Tells the first count after each early movement. The caller's transaction holds the levels' rows already. */
export async function correctNextCounts(tx: TenantTx, early: readonly EarlyMovement[]): Promise<ChangedLevel[]> {
  if (early.length === 0) return [];
  const of = (value: (movement: EarlyMovement) => unknown) => early.map(value);
  const rows = await tx.query<LevelRow & { change: string }>(
    `WITH hit AS (
       SELECT c.key, c.line, m.branch, m.product, sum(m.quantity)::bigint AS quantity
       FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[])
         AS m(key, line, branch, product, quantity, at_ms)
       CROSS JOIN LATERAL (
         SELECT c.key, c.line FROM stock_count c
         WHERE c.branch = m.branch AND c.product = m.product AND (c.at_ms, c.key, c.line) > (m.at_ms, m.key, m.line)
         ORDER BY c.at_ms, c.key, c.line LIMIT 1
       ) c
       GROUP BY c.key, c.line, m.branch, m.product
     ), corrected AS (
       UPDATE stock_movement s SET quantity = s.quantity - hit.quantity FROM hit WHERE s.key = hit.key AND s.line = hit.line
     ), summed AS (
       SELECT branch, product, sum(quantity)::bigint AS quantity FROM hit GROUP BY branch, product
     )
     UPDATE stock_level l SET on_hand = l.on_hand - summed.quantity FROM summed
     WHERE l.branch = summed.branch AND l.product = summed.product
     RETURNING l.branch, l.product, l.on_hand, l.below, -summed.quantity AS change`,
    [
      of((m) => m.key),
      of((m) => m.line),
      of((m) => m.branch),
      of((m) => m.product),
      of((m) => m.quantity),
      of((m) => m.at),
    ],
  );
  return levelsOf(rows, new Map(rows.map((row) => [`${row.branch}/${row.product}`, Number(row.change)])));
}

/**
 * Applies the counts of one entry (each product once): stores them, derives their movements, corrects the counts after
 * them. Counts that are known already change nothing. Returns the levels that changed.
 */
export async function applyCounts(tx: TenantTx, counts: readonly StockCount[]): Promise<ChangedLevel[]> {
  const sorted = [...counts].sort((a, b) => (a.branch + a.product < b.branch + b.product ? -1 : 1));
  await lockLevels(tx, sorted);
  const fresh = await insertCounts(tx, sorted);
  if (fresh.length === 0) return [];
  const before = await sumsBefore(tx, fresh);
  const derived = fresh.map((count, index) => ({ ...count, quantity: count.counted - (before[index] ?? 0) }));
  const levels = await insertDerived(tx, derived);
  const corrected = await correctNextCounts(tx, derived);
  const last = new Map(corrected.map((level) => [`${level.branch}/${level.product}`, level]));
  return levels.map((level) => {
    const later = last.get(`${level.branch}/${level.product}`);
    return later === undefined ? level : { ...later, change: level.change + later.change };
  });
}

type Column = (value: (count: StockCount) => unknown) => unknown[];
const columnOf =
  (counts: readonly StockCount[]): Column =>
  (value) =>
    counts.map(value);

/** Movements of these products wait until this transaction ends, so that no sum is taken while it changes. */
async function lockLevels(tx: TenantTx, counts: readonly StockCount[]): Promise<void> {
  const of = columnOf(counts);
  await tx.bulk(
    'lock-levels',
    `INSERT INTO stock_level AS l (branch, product, on_hand, first_ms, last_ms)
     SELECT branch, product, 0, at_ms, at_ms FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS g(branch, product, at_ms)
     ON CONFLICT (branch, product) DO UPDATE SET on_hand = l.on_hand`,
    [of((c) => c.branch), of((c) => c.product), of((c) => c.at)],
  );
}

async function insertCounts(tx: TenantTx, counts: readonly StockCount[]): Promise<StockCount[]> {
  const of = columnOf(counts);
  const rows = await tx.bulk<{ key: string; line: number }>(
    'insert-counts',
    `INSERT INTO stock_count (key, line, branch, product, counted, at_ms, opening, terminal, number)
     SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[], $7::boolean[], $8::uuid[], $9::bigint[])
     ON CONFLICT (key, line) DO NOTHING RETURNING key, line`,
    [
      of((c) => c.key),
      of((c) => c.line),
      of((c) => c.branch),
      of((c) => c.product),
      of((c) => c.counted),
      of((c) => c.at),
      of((c) => c.opening),
      of((c) => c.terminal),
      of((c) => c.number),
    ],
  );
  const fresh = new Set(rows.map((row) => `${row.key}/${row.line}`));
  return counts.filter((count) => fresh.has(`${count.key}/${count.line}`));
}

/**
 * Sum of all movements before each count, in the order given. The level answers where the count is older than every
 * movement (nothing) or newer than every one (all on hand); only a count in between reads the movements themselves.
 */
async function sumsBefore(tx: TenantTx, counts: readonly StockCount[]): Promise<number[]> {
  const of = columnOf(counts);
  const rows = await tx.query<{ ordinality: string; before: string | null }>(
    `SELECT g.ordinality, CASE WHEN l.first_ms > g.at_ms THEN 0 WHEN l.last_ms < g.at_ms THEN l.on_hand END::text AS before
     FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) WITH ORDINALITY AS g(branch, product, at_ms, ordinality)
     JOIN stock_level l ON l.branch = g.branch AND l.product = g.product`,
    [of((c) => c.branch), of((c) => c.product), of((c) => c.at)],
  );
  const known = new Map(rows.map((row) => [Number(row.ordinality) - 1, row.before]));
  const between = counts.filter((_, index) => (known.get(index) ?? null) === null);
  const scanned = between.length === 0 ? new Map<string, number>() : await scanBefore(tx, between);
  return counts.map((count, index) => Number(known.get(index) ?? scanned.get(`${count.key}/${count.line}`) ?? 0));
}

async function scanBefore(tx: TenantTx, counts: readonly StockCount[]): Promise<Map<string, number>> {
  const of = columnOf(counts);
  const rows = await tx.query<{ key: string; line: number; before: string }>(
    `SELECT g.key, g.line, sum(m.quantity)::text AS before
     FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::bigint[]) AS g(key, line, branch, product, at_ms)
     JOIN stock_movement m ON m.branch = g.branch AND m.product = g.product
     WHERE (m.at_ms, m.key, m.line) < (g.at_ms, g.key, g.line)
     GROUP BY g.key, g.line`,
    [of((c) => c.key), of((c) => c.line), of((c) => c.branch), of((c) => c.product), of((c) => c.at)],
  );
  return new Map(rows.map((row) => [`${row.key}/${row.line}`, Number(row.before)]));
}

async function insertDerived(
  tx: TenantTx,
  counts: readonly (StockCount & { quantity: number })[],
): Promise<ChangedLevel[]> {
  const of = (value: (count: (typeof counts)[number]) => unknown) => counts.map(value);
  const rows = await tx.query<LevelRow>(
    `WITH given AS (
       SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[], $7::uuid[], $8::bigint[])
         AS g(key, line, branch, product, quantity, at_ms, terminal, number)
     ), inserted AS (
       INSERT INTO stock_movement (key, line, branch, product, quantity, reason, at_ms, terminal, number)
       SELECT key, line, branch, product, quantity, 'count', at_ms, terminal, number FROM given
     )
     UPDATE stock_level l SET on_hand = l.on_hand + g.quantity, first_ms = least(l.first_ms, g.at_ms),
       last_ms = greatest(l.last_ms, g.at_ms), last_count_ms = greatest(l.last_count_ms, g.at_ms)
     FROM given g WHERE l.branch = g.branch AND l.product = g.product
     RETURNING l.branch, l.product, l.on_hand, l.below`,
    [
      of((c) => c.key),
      of((c) => c.line),
      of((c) => c.branch),
      of((c) => c.product),
      of((c) => c.quantity),
      of((c) => c.at),
      of((c) => c.terminal),
      of((c) => c.number),
    ],
  );
  return levelsOf(rows, new Map(counts.map((c) => [`${c.branch}/${c.product}`, c.quantity])));
}
