import type { Cart } from '../cart/cart.ts';
import type { Approval } from '../journal/journal-writer.ts';
import type { TillContext } from '../till-context.ts';

export type CancelResult =
  { readonly ok: true; readonly entry: string } | { readonly ok: false; readonly reason: 'cart-not-open' };

/** Gives up an open cart before payment: an entry keeps what was in it. */
export const cancelTransaction = async (
  ctx: TillContext,
  cart: Cart,
  approvals?: readonly Approval[],
): Promise<CancelResult> => {
  if (cart.state !== 'open') return { ok: false, reason: 'cart-not-open' };
  const { lines, totals } = cart.price();
  const body = { cart: cart.id, L: lines, ...(lines.length > 0 && { T: totals }) };
  const entry = await cart.end('cancelled', () =>
    ctx.journal.write((tx) => tx.append({ kind: 'transaction-cancel', body, ...(approvals && { approvals }) })),
  );
  return { ok: true, entry: entry.id };
};
