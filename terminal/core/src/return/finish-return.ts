import { cashIncrementOf } from '@nexus/money';
import { priceSale, type LineInput, type PricedSale } from '@nexus/pricing';
import type { NewCartLine } from '../cart/cart.ts';
import type { Approval, JournalTx } from '../journal/journal-writer.ts';
import { findTransaction, readTransactionEntry } from '../sale/local-transaction.ts';
import { recordTransaction, type FinishedTransaction } from '../sale/record-transaction.ts';
import { hasCash, paidOtherwise, settle, type TenderInput, type TenderRefusal } from '../sale/tenders.ts';
import type { TillContext } from '../till-context.ts';
import { addReturned, readReturned, returnLineOf } from './returned-line.ts';

/**
 * What comes back: a line of a sale that this till made, or goods as described (then with the original that the receipt
 * names, made elsewhere, or without any).
 */
export type ReturnLine =
  | { readonly from: 'receipt'; readonly entry: string; readonly line: number; readonly quantity: number }
  | { readonly from: 'goods'; readonly line: NewCartLine };

export interface FinishReturnRequest {
  readonly lines: readonly ReturnLine[];
  /** How the money goes back. */
  readonly tenders: readonly TenderInput[];
  readonly customer?: string;
  readonly approvals?: readonly Approval[];
}
export type ReturnRefusal =
  | TenderRefusal
  | 'no-shift'
  | 'nothing-returned'
  | 'approval-needed'
  | 'original-not-here'
  | 'original-voided'
  | 'exceeds-original';
export type FinishReturnResult =
  ({ readonly ok: true } & FinishedTransaction) | { readonly ok: false; readonly reason: ReturnRefusal };

/**
 * Takes goods back and refunds them. Lines of this till's own sales are capped by what has not come back yet; whatever
 * other tills took back is settled by the server. Goods without any receipt need an approval.
 */
export const finishReturn = async (ctx: TillContext, request: FinishReturnRequest): Promise<FinishReturnResult> => {
  const { shift } = ctx.state;
  if (!shift) return { ok: false, reason: 'no-shift' };
  if (request.lines.length === 0) return { ok: false, reason: 'nothing-returned' };
  const withoutReceipt = request.lines.some((line) => line.from === 'goods' && !line.line.original);
  if (withoutReceipt && !request.approvals?.length) return { ok: false, reason: 'approval-needed' };

  return rolledBackWhenRefused(() =>
    ctx.journal.write(async (tx) => {
      const lines = await linesOf(tx, request.lines, shift.currency);
      const priced = price(lines, shift.currency, request.tenders);
      const settled = settle(request.tenders, priced.totals.pay, shift.currency, tx.newId);
      if (!settled.ok) throw new Refused(settled.reason);
      await noteReturned(tx, priced);
      const finished = await recordTransaction(tx, {
        kind: 'return',
        shift,
        priced,
        tenders: settled.tenders,
        cash: settled.cash,
        changeMinor: settled.change,
        customer: request.customer,
        approvals: request.approvals,
      });
      return { ok: true as const, ...finished };
    }),
  );
};

/** Leaves a transaction in which something was found that forbids the return. */
class Refused extends Error {
  readonly reason: ReturnRefusal;
  constructor(reason: ReturnRefusal) {
    super(reason);
    this.reason = reason;
  }
}

const rolledBackWhenRefused = async (work: () => Promise<FinishReturnResult>): Promise<FinishReturnResult> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.reason };
    throw error;
  }
};

const linesOf = async (tx: JournalTx, lines: readonly ReturnLine[], currency: string): Promise<LineInput[]> => {
  const result: LineInput[] = [];
  /** What earlier lines of this same return take from an original line. */
  const taken = new Map<string, { quantity: number; gross: number }>();
  for (const [index, line] of lines.entries()) {
    const n = index + 1;
    if (line.from === 'goods') {
      result.push({ ...line.line, n });
      continue;
    }
    const key = `${line.entry} ${line.line}`;
    const here = taken.get(key) ?? { quantity: 0, gross: 0 };
    const input = await lineOfReceipt(tx, n, line, currency, here);
    const { gross } = priceSale({ currency, lines: [input] }).totals;
    taken.set(key, { quantity: here.quantity + line.quantity, gross: here.gross + gross });
    result.push(input);
  }
  return result;
};

const lineOfReceipt = async (
  tx: JournalTx,
  n: number,
  wanted: { readonly entry: string; readonly line: number; readonly quantity: number },
  currency: string,
  here: { readonly quantity: number; readonly gross: number },
): Promise<LineInput> => {
  const sale = await findTransaction(tx, wanted.entry);
  const entry = sale?.kind === 'sale' ? await readTransactionEntry(tx, wanted.entry) : null;
  const line = entry?.L.find((one) => one.n === wanted.line);
  if (!line) throw new Refused('original-not-here');
  if (sale?.voidedBy) throw new Refused('original-voided');
  const stored = await readReturned(tx, wanted.entry, wanted.line);
  const before = { quantity: stored.quantity + here.quantity, gross: stored.gross + here.gross };
  if (wanted.quantity <= 0 || before.quantity + wanted.quantity > line.q) throw new Refused('exceeds-original');
  return returnLineOf(n, { entry: wanted.entry, currency, line }, wanted.quantity, before);
};

const price = (lines: readonly LineInput[], currency: string, tenders: readonly TenderInput[]): PricedSale => {
  const priced = priceSale({ currency, lines });
  if (!hasCash(tenders)) return priced;
  const otherTenders = paidOtherwise(tenders, priced.totals.gross);
  return priceSale({ currency, lines, cash: { increment: cashIncrementOf(currency), otherTenders } });
};

const noteReturned = async (tx: JournalTx, priced: PricedSale): Promise<void> => {
  for (const line of priced.lines) {
    if (line.o) await addReturned(tx, line.o.e, line.o.n, { quantity: line.q, gross: line.g });
  }
};
