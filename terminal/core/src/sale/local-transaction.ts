import { returnEntry, saleEntry, type ReturnEntry, type SaleEntry } from '@nexus/contracts';
import type { StoreTx } from '../store/store.ts';

/** A finished sale or return that this till made, as its own look-up tables have it. */
export interface LocalTransaction {
  readonly entry: string;
  readonly kind: 'sale' | 'return';
  readonly shift: string;
  readonly receipt: { readonly s: string; readonly n: number };
  readonly gross: number;
  /** What the drawer gained, signed. */
  readonly cash: number;
  readonly at: number;
  readonly prints: number;
  readonly voidedBy: string | null;
}

interface SaleRow extends Record<string, string | number | null> {
  entry: string;
  kind: string;
  shift: string;
  receipt_series: string;
  receipt: number;
  gross: number;
  cash: number;
  at: number;
  prints: number;
  voided_by: string | null;
}

const COLUMNS = 'entry, kind, shift, receipt_series, receipt, gross, cash, at, prints, voided_by';

const fromRow = (row: SaleRow): LocalTransaction => ({
  entry: row.entry,
  kind: row.kind === 'return' ? 'return' : 'sale',
  shift: row.shift,
  receipt: { s: row.receipt_series, n: row.receipt },
  gross: row.gross,
  cash: row.cash,
  at: row.at,
  prints: row.prints,
  voidedBy: row.voided_by,
});

export const findTransaction = async (tx: StoreTx, entry: string): Promise<LocalTransaction | null> => {
  const row = await tx.one<SaleRow>(`SELECT ${COLUMNS} FROM sale WHERE entry = ?`, [entry]);
  return row ? fromRow(row) : null;
};

export const findByReceipt = async (tx: StoreTx, series: string, number: number): Promise<LocalTransaction | null> => {
  const row = await tx.one<SaleRow>(`SELECT ${COLUMNS} FROM sale WHERE receipt_series = ? AND receipt = ?`, [
    series,
    number,
  ]);
  return row ? fromRow(row) : null;
};

/** Newest first; at most 200. */
export const recentTransactions = async (tx: StoreTx, shift: string, limit: number): Promise<LocalTransaction[]> =>
  (
    await tx.all<SaleRow>(`SELECT ${COLUMNS} FROM sale WHERE shift = ? ORDER BY at DESC, entry DESC LIMIT ?`, [
      shift,
      Math.min(limit, 200),
    ])
  ).map(fromRow);

/** The whole entry, from the journal; null where it was pruned or is none of this till's sales. */
export const readTransactionEntry = async (tx: StoreTx, entry: string): Promise<SaleEntry | ReturnEntry | null> => {
  const row = await tx.one<{ line: string; kind: string }>('SELECT line, kind FROM journal_entry WHERE id = ?', [
    entry,
  ]);
  if (!row) return null;
  const value: unknown = JSON.parse(row.line);
  if (row.kind === 'sale') return saleEntry.parse(value);
  return row.kind === 'return' ? returnEntry.parse(value) : null;
};
