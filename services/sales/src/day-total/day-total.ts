import type { TransactionFacts } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';

/** Sums of one branch, business date, terminal, currency and kind. Minor units; units in thousandths. */
export interface DayTotal {
  readonly branch: string;
  readonly businessDate: string;
  readonly terminal: string;
  readonly currency: string;
  readonly kind: TransactionFacts['kind'];
  transactions: number;
  lines: number;
  units: number;
  net: number;
  tax: number;
  gross: number;
}

/** Sums transactions by day; training counts nowhere. Sorted by key, so that concurrent batches cannot deadlock. */
export function sumByDay(facts: readonly TransactionFacts[]): DayTotal[] {
  const totals = new Map<string, DayTotal>();
  for (const f of facts) {
    if (f.training === true) continue;
    const id = [f.branch, f.businessDate, f.entry.terminal, f.currency, f.kind].join('/');
    const total = totals.get(id) ?? emptyTotal(f);
    // What remains is sales − returns − post-voids, so the post-void of a return is negative.
    const sign = f.voidedKind === 'return' ? -1 : 1;
    total.transactions += 1;
    total.lines += f.lines.length;
    total.units += sign * f.lines.reduce((sum, line) => sum + line.quantity, 0);
    total.net += sign * f.net;
    total.tax += sign * f.tax;
    total.gross += sign * f.gross;
    totals.set(id, total);
  }
  return [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total);
}

const emptyTotal = (f: TransactionFacts): DayTotal => ({
  branch: f.branch,
  businessDate: f.businessDate,
  terminal: f.entry.terminal,
  currency: f.currency,
  kind: f.kind,
  transactions: 0,
  lines: 0,
  units: 0,
  net: 0,
  tax: 0,
  gross: 0,
});

/** Adds what really was inserted to the stored totals. */
export async function addDayTotals(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<void> {
  const totals = sumByDay(facts);
  if (totals.length === 0) return;
  const of = (value: (total: DayTotal) => unknown) => totals.map(value);
  await tx.bulk(
    'add-day-totals',
    `INSERT INTO day_total AS t (branch, business_date, terminal, currency, kind, transactions, lines, units, net, tax, gross)
     SELECT * FROM unnest($1::uuid[], $2::date[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
       $9::bigint[], $10::bigint[], $11::bigint[])
     ON CONFLICT (branch, business_date, terminal, currency, kind) DO UPDATE SET
       transactions = t.transactions + excluded.transactions, lines = t.lines + excluded.lines, units = t.units + excluded.units,
       net = t.net + excluded.net, tax = t.tax + excluded.tax, gross = t.gross + excluded.gross`,
    [
      of((t) => t.branch),
      of((t) => t.businessDate),
      of((t) => t.terminal),
      of((t) => t.currency),
      of((t) => t.kind),
      of((t) => t.transactions),
      of((t) => t.lines),
      of((t) => t.units),
      of((t) => t.net),
      of((t) => t.tax),
      of((t) => t.gross),
    ],
  );
}
