import type { hourTotalRow } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import type { z } from 'zod';

type Row = z.infer<typeof hourTotalRow>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** First key that a transaction of an instant can have: keys begin with the till's time. */
const keyAt = (ms: number): string => {
  const hex = Math.max(ms, 0).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
};

/**
 * What each hour of a business date and of the one before it brought, by the wall of the branch where it was sold.
 * Read from the transactions themselves: their keys grow with time, so only these few days are looked at. An entry
 * whose clock was days off its business date is left out here, and is in the day's total all the same.
 */
export async function readHourTotals(
  tx: TenantTx,
  { date, branch }: { readonly date: string; readonly branch?: string | undefined },
  branches: readonly string[] | null,
): Promise<Row[]> {
  const day = Date.parse(`${date}T00:00:00Z`);
  const before = new Date(day - DAY_MS).toISOString().slice(0, 10);
  const rows = await tx.query<{ date: string; hour: number; currency: string; transactions: string; net: string }>(
    `SELECT business_date::text AS date, currency,
       floor((at_ms + utc_offset * 60000 - extract(epoch FROM business_date)::bigint * 1000) / ${HOUR_MS}.0)::int AS hour,
       count(*) FILTER (WHERE kind = 'sale') AS transactions,
       sum(CASE WHEN kind = 'sale' THEN gross ELSE -gross END) AS net
     FROM transaction_header
     WHERE key >= $1 AND key < $2 AND business_date IN ($3::date, $4::date) AND NOT training
       AND ($5::uuid IS NULL OR branch = $5) AND ($6::uuid[] IS NULL OR branch = ANY($6))
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    [keyAt(day - 3 * DAY_MS), keyAt(day + 3 * DAY_MS), date, before, branch ?? null, branches],
  );
  return rows.map((row) => ({
    businessDate: row.date,
    hour: row.hour,
    currency: row.currency,
    transactions: Number(row.transactions),
    net: Number(row.net),
  }));
}
