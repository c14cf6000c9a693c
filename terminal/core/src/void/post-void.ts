import type { Approval, JournalTx } from '../journal/journal-writer.ts';
import { addReturned } from '../return/returned-line.ts';
import { findTransaction, readTransactionEntry, type LocalTransaction } from '../sale/local-transaction.ts';
import { recordCash } from '../shift/cash.ts';
import type { OpenShift } from '../shift/shift.ts';
import { moveStock } from '../stock/local-stock.ts';
import type { TillContext } from '../till-context.ts';

export type PostVoidRefusal =
  'no-shift' | 'approval-needed' | 'transaction-not-here' | 'already-voided' | 'of-another-shift' | 'partly-returned';
export type PostVoidResult =
  { readonly ok: true; readonly entry: string } | { readonly ok: false; readonly reason: PostVoidRefusal };

/**
 * Undoes a finished sale or return of the open shift as a whole. Both stay in the journal; cash and local stock go back
 * by movements of their own.
 */
export const postVoid = async (
  ctx: TillContext,
  transaction: string,
  approvals: readonly Approval[],
): Promise<PostVoidResult> => {
  const { shift } = ctx.state;
  if (!shift) return { ok: false, reason: 'no-shift' };
  if (approvals.length === 0) return { ok: false, reason: 'approval-needed' };
  return ctx.journal.write(async (tx): Promise<PostVoidResult> => {
    const of = await findTransaction(tx, transaction);
    const refusal = await refusalOf(tx, of, shift);
    if (!of || refusal) return { ok: false, reason: refusal ?? 'transaction-not-here' };
    const entry = await tx.append({
      kind: 'post-void',
      body: { of: of.entry, gross: of.gross, cur: shift.currency },
      approvals,
      gross: of.kind === 'sale' ? -of.gross : of.gross,
    });
    await tx.run('UPDATE sale SET voided_by = ? WHERE entry = ?', [entry.id, of.entry]);
    if (of.cash !== 0) {
      await recordCash(tx, shift, { entry: entry.id, kind: 'post-void', amount: -of.cash, at: entry.at });
    }
    await undoStock(tx, of);
    return { ok: true, entry: entry.id };
  });
};

const refusalOf = async (
  tx: JournalTx,
  of: LocalTransaction | null,
  shift: OpenShift,
): Promise<PostVoidRefusal | null> => {
  if (!of) return 'transaction-not-here';
  if (of.voidedBy !== null) return 'already-voided';
  if (of.shift !== shift.id) return 'of-another-shift';
  const returned = await tx.one('SELECT 1 AS one FROM returned_line WHERE entry = ? AND quantity > 0 LIMIT 1', [
    of.entry,
  ]);
  return returned ? 'partly-returned' : null;
};

const undoStock = async (tx: JournalTx, of: LocalTransaction): Promise<void> => {
  const entry = await readTransactionEntry(tx, of.entry);
  if (!entry) throw new Error(`the open shift's entry ${of.entry} is not in the journal`);
  const sign = of.kind === 'sale' ? 1 : -1;
  for (const line of entry.L) {
    await moveStock(tx, line, sign * line.q);
    if (of.kind === 'return' && line.o) {
      await addReturned(tx, line.o.e, line.o.n, { quantity: -line.q, gross: -line.g });
    }
  }
};
