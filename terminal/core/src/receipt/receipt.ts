import type { EntryLine, EntryTender, ReturnEntry, SaleEntry } from '@nexus/contracts';
import { readTransactionEntry, findTransaction } from '../sale/local-transaction.ts';
import { factsOf, type TillContext } from '../till-context.ts';

/** All that a receipt shows, taken from the journal entry: there is no receipt without one. */
export interface Receipt {
  readonly entry: string;
  readonly kind: 'sale' | 'return';
  readonly number: { readonly s: string; readonly n: number };
  /** Printed before: this one says COPY. */
  readonly copy: boolean;
  readonly at: number;
  readonly utcOffsetMinutes: number;
  readonly businessDate: string;
  readonly branch: string;
  readonly legalEntity: { readonly name: string; readonly taxNumber: string | null };
  readonly cashier: string | undefined;
  readonly lines: readonly EntryLine[];
  readonly totals: SaleEntry['T'];
  readonly tenders: readonly EntryTender[];
}

/**
 * Takes a transaction's receipt for the printer, and writes that it was printed; every time after the first it is a
 * copy. Null: this till has no such transaction.
 */
export const printReceipt = (ctx: TillContext, transaction: string): Promise<Receipt | null> =>
  ctx.journal.write(async (tx) => {
    const local = await findTransaction(tx, transaction);
    const entry = local && (await readTransactionEntry(tx, transaction));
    if (!local || !entry) return null;
    const copy = local.prints > 0;
    await tx.append({ kind: 'receipt-printed', body: { r: local.receipt, of: local.entry, copy } });
    await tx.run('UPDATE sale SET prints = prints + 1 WHERE entry = ?', [local.entry]);
    return receiptOf(ctx, entry, copy);
  });

const receiptOf = (ctx: TillContext, entry: SaleEntry | ReturnEntry, copy: boolean): Receipt => {
  const { branch, legalEntity } = factsOf(ctx.state);
  return {
    entry: entry.i,
    kind: entry.k,
    number: entry.r,
    copy,
    at: entry.w.u,
    utcOffsetMinutes: entry.w.o,
    businessDate: entry.w.b,
    branch: branch.name,
    legalEntity: { name: legalEntity.name, taxNumber: legalEntity.taxNumber },
    cashier: entry.at.ca,
    lines: entry.L,
    totals: entry.T,
    tenders: entry.N,
  };
};
