import {
  NexusError,
  type movementListQuery,
  type movementRow,
  type stockListQuery,
  type stockRow,
  type stockSummary,
} from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import type { z } from 'zod';

type StockRow = z.infer<typeof stockRow>;
type Movement = z.infer<typeof movementRow>;
interface Page<T> {
  items: T[];
  nextCursor?: string;
}

interface DbRow {
  branch: string;
  product: string;
  code: string | null;
  description: string | null;
  on_hand: string;
  last_count_ms: string | null;
}

/** Stock by product code, then branch. The cursor is the last row's code, product and branch. */
export async function listStock(
  tx: TenantTx,
  query: z.infer<typeof stockListQuery>,
  branches: readonly string[] | null,
): Promise<Page<StockRow>> {
  const after = query.cursor === undefined ? null : stockCursor(query.cursor);
  const rows = await tx.query<DbRow>(
    `SELECT l.branch, l.product, p.code, p.description, l.on_hand, l.last_count_ms
     FROM stock_level l LEFT JOIN product p ON p.id = l.product
     WHERE ($1::uuid[] IS NULL OR l.branch = ANY($1)) AND ($2::uuid IS NULL OR l.branch = $2) AND ($3::uuid IS NULL OR l.product = $3)
       AND ($4::text IS NULL OR p.code ILIKE $4 OR p.description ILIKE $4)
       AND (NOT $5 OR l.on_hand < 0)
       AND ($6::text IS NULL OR (coalesce(p.code, ''), l.product, l.branch) > ($6, $7::uuid, $8::uuid))
     ORDER BY coalesce(p.code, ''), l.product, l.branch LIMIT $9`,
    [
      branches,
      query.branch ?? null,
      query.product ?? null,
      query.search === undefined ? null : `%${query.search.replace(/[\\%_]/g, '\\$&')}%`,
      query.below === 'true',
      after?.code ?? null,
      after?.product ?? null,
      after?.branch ?? null,
      query.limit + 1,
    ],
  );
  const items = rows.slice(0, query.limit).map((row) => ({
    branch: row.branch,
    product: row.product,
    code: row.code,
    description: row.description,
    onHand: Number(row.on_hand),
    lastCountedAt: row.last_count_ms === null ? null : new Date(Number(row.last_count_ms)).toISOString(),
  }));
  const last = items.at(-1);
  if (rows.length <= query.limit || last === undefined) return { items };
  return {
    items,
    nextCursor: Buffer.from(JSON.stringify([last.code ?? '', last.product, last.branch])).toString('base64url'),
  };
}

const UUID = /^[0-9a-f-]{36}$/;

function stockCursor(cursor: string): { code: string; product: string; branch: string } {
  try {
    const [code, product, branch] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (
      typeof code === 'string' &&
      typeof product === 'string' &&
      typeof branch === 'string' &&
      UUID.test(product) &&
      UUID.test(branch)
    ) {
      return { code, product, branch };
    }
  } catch (error) {
    throw new NexusError('NX-1001', 'The cursor is not one that this list gave', { cause: error });
  }
  throw new NexusError('NX-1001', 'The cursor is not one that this list gave');
}

/** One product's movements in one branch, newest first by the till's time. */
export async function listMovements(tx: TenantTx, query: z.infer<typeof movementListQuery>): Promise<Page<Movement>> {
  const match = query.cursor === undefined ? null : /^([0-9a-f-]{36})_(\d{1,9})$/.exec(query.cursor);
  if (query.cursor !== undefined && match === null)
    throw new NexusError('NX-1001', 'The cursor is not one that this list gave');
  const rows = await tx.query<{
    key: string;
    line: number;
    reason: Movement['reason'];
    quantity: string;
    at_ms: string;
    terminal: string;
  }>(
    `SELECT key, line, reason, quantity, at_ms, terminal FROM stock_movement
     WHERE branch = $1 AND product = $2 AND ($3::uuid IS NULL OR (key, line) < ($3, $4::int))
     ORDER BY key DESC, line DESC LIMIT $5`,
    [query.branch, query.product, match?.[1] ?? null, match?.[2] ?? null, query.limit + 1],
  );
  const items = rows
    .slice(0, query.limit)
    .map((row) => ({ ...row, quantity: Number(row.quantity), at: Number(row.at_ms) }));
  const last = items.at(-1);
  return rows.length > query.limit && last !== undefined
    ? { items, nextCursor: `${last.key}_${last.line}` }
    : { items };
}

/** Products, units and products below zero by branch. */
export async function summarizeStock(
  tx: TenantTx,
  branches: readonly string[] | null,
): Promise<z.infer<typeof stockSummary>> {
  const rows = await tx.query<{ branch: string; products: string; units: string; below: string }>(
    `SELECT branch, count(*) AS products, sum(on_hand) AS units, count(*) FILTER (WHERE on_hand < 0) AS below
     FROM stock_level WHERE $1::uuid[] IS NULL OR branch = ANY($1) GROUP BY branch ORDER BY branch`,
    [branches],
  );
  return {
    branches: rows.map((row) => ({
      branch: row.branch,
      products: Number(row.products),
      units: Number(row.units),
      below: Number(row.below),
    })),
  };
}
