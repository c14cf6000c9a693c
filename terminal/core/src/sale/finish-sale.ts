import { cashIncrementOf } from '@nexus/money';
import type { PricedSale } from '@nexus/pricing';
import type { Cart } from '../cart/cart.ts';
import type { Approval } from '../journal/journal-writer.ts';
import type { TillContext } from '../till-context.ts';
import { recordTransaction, type FinishedTransaction } from './record-transaction.ts';
import { hasCash, paidOtherwise, settle, type TenderInput, type TenderRefusal } from './tenders.ts';

export interface FinishSaleRequest {
  readonly cart: Cart;
  readonly tenders: readonly TenderInput[];
  readonly customer?: string;
  readonly approvals?: readonly Approval[];
}
export type FinishSaleResult =
  | ({ readonly ok: true } & FinishedTransaction)
  | {
      readonly ok: false;
      readonly reason: TenderRefusal | 'no-shift' | 'cart-not-open' | 'cart-empty' | 'amount-too-large';
    };

/**
 * Takes the payment and finishes the sale. When this says `ok` the sale is on disk: its entry, its receipt number, its
 * cash and its stock, in one transaction. Only then may a screen say "paid".
 */
export const finishSale = async (ctx: TillContext, request: FinishSaleRequest): Promise<FinishSaleResult> => {
  const { cart, tenders } = request;
  const { shift } = ctx.state;
  if (!shift) return { ok: false, reason: 'no-shift' };
  if (cart.state !== 'open') return { ok: false, reason: 'cart-not-open' };
  if (cart.lines.length === 0) return { ok: false, reason: 'cart-empty' };
  const priced = priceForPayment(cart, tenders);
  if (!priced) return { ok: false, reason: 'amount-too-large' };
  const settled = settle(tenders, priced.totals.pay, cart.currency, ctx.journal.newId);
  if (!settled.ok) return settled;

  const finished = await cart.end('paid', () =>
    ctx.journal.write((tx) =>
      recordTransaction(tx, {
        kind: 'sale',
        shift,
        priced,
        tenders: settled.tenders,
        cash: settled.cash,
        changeMinor: settled.change,
        customer: request.customer,
        approvals: request.approvals,
      }),
    ),
  );
  return { ok: true, ...finished };
};

/** Null where an amount leaves what can be counted exactly. */
const priceForPayment = (cart: Cart, tenders: readonly TenderInput[]): PricedSale | null => {
  try {
    const priced = cart.price();
    if (!hasCash(tenders)) return priced;
    const otherTenders = paidOtherwise(tenders, priced.totals.gross);
    return cart.price({ increment: cashIncrementOf(cart.currency), otherTenders });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};
