import type { EntryTender } from '@nexus/contracts';
import type { PricedSale } from '@nexus/pricing';
import type { Appended, Approval, JournalTx } from '../journal/journal-writer.ts';
import { recordCash } from '../shift/cash.ts';
import type { OpenShift } from '../shift/shift.ts';
import { moveStock } from '../stock/local-stock.ts';

/** A sale or return that is on disk. */
export interface FinishedTransaction {
  readonly entry: Appended;
  readonly receipt: { readonly s: string; readonly n: number };
  readonly priced: PricedSale;
  readonly tenders: readonly EntryTender[];
  readonly changeMinor: number;
}

export interface TransactionRecord {
  readonly kind: 'sale' | 'return';
  readonly shift: OpenShift;
  readonly priced: PricedSale;
  readonly tenders: readonly EntryTender[];
  /** What the drawer gains (sale) or gives (return). */
  readonly cash: number;
  readonly changeMinor: number;
  readonly customer?: string | undefined;
  readonly approvals?: readonly Approval[] | undefined;
}

/** Entry, receipt number, cash, local stock and local sale, all in the caller's transaction. */
export const recordTransaction = async (tx: JournalTx, record: TransactionRecord): Promise<FinishedTransaction> => {
  const { kind, shift, priced, tenders } = record;
  const sign = kind === 'sale' ? 1 : -1;
  const { gross } = priced.totals;
  const receipt = tx.nextReceipt();
  const entry = await tx.append({
    kind,
    body: {
      r: receipt,
      L: priced.lines,
      T: priced.totals,
      N: tenders,
      ...(record.customer !== undefined && { cu: record.customer }),
    },
    ...(record.approvals && { approvals: record.approvals }),
    sales: 1,
    gross: sign * gross,
  });
  await tx.run(
    'INSERT INTO sale (entry, kind, shift, receipt_series, receipt, gross, cash, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    [entry.id, kind, shift.id, receipt.s, receipt.n, gross, sign * record.cash, entry.at],
  );
  if (record.cash !== 0)
    await recordCash(tx, shift, { entry: entry.id, kind, amount: sign * record.cash, at: entry.at });
  for (const line of priced.lines) await moveStock(tx, line, -sign * line.q);
  return { entry, receipt, priced, tenders, changeMinor: record.changeMinor };
};
