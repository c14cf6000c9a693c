import type { dayTotalRow } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import type { z } from 'zod';

type Row = z.infer<typeof dayTotalRow>;

interface DbRow {
  branch: string;
  business_date: string;
  terminal: string;
  currency: string;
  kind: Row['kind'];
  transactions: string;
  lines: string;
  units: string;
  net: string;
  tax: string;
  gross: string;
}

/** Day totals of a span of business dates, both ends included, in the branches that the bearer sees. */
export async function readDayTotals(
  tx: TenantTx,
  span: { readonly from: string; readonly to: string; readonly branch?: string | undefined },
  branches: readonly string[] | null,
): Promise<{ latest: string | null; rows: Row[] }> {
  const rows = await tx.query<DbRow>(
    `SELECT branch, business_date::text AS business_date, terminal, currency, kind, transactions, lines, units, net, tax, gross
     FROM day_total
     WHERE business_date BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR branch = $3) AND ($4::uuid[] IS NULL OR branch = ANY($4))
     ORDER BY business_date, branch, terminal, currency, kind`,
    [span.from, span.to, span.branch ?? null, branches],
  );
  const [newest] = await tx.query<{ latest: string | null }>(
    'SELECT max(business_date)::text AS latest FROM day_total WHERE $1::uuid[] IS NULL OR branch = ANY($1)',
    [branches],
  );
  return {
    latest: newest?.latest ?? null,
    rows: rows.map((row) => ({
      branch: row.branch,
      businessDate: row.business_date,
      terminal: row.terminal,
      currency: row.currency,
      kind: row.kind,
      transactions: Number(row.transactions),
      lines: Number(row.lines),
      units: Number(row.units),
      net: Number(row.net),
      tax: Number(row.tax),
      gross: Number(row.gross),
    })),
  };
}
