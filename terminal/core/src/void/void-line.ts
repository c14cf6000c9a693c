import { priceSale } from '@nexus/pricing';
import type { Cart } from '../cart/cart.ts';
import type { Approval } from '../journal/journal-writer.ts';
import type { TillContext } from '../till-context.ts';

export type VoidLineResult =
  | { readonly ok: true; readonly entry: string }
  | { readonly ok: false; readonly reason: 'cart-not-open' | 'line-not-found' };

/** Takes a line out of an open cart. It leaves a trace: an entry with the line as it stood. */
export const voidLine = async (
  ctx: TillContext,
  cart: Cart,
  n: number,
  approvals?: readonly Approval[],
): Promise<VoidLineResult> => {
  if (cart.state !== 'open') return { ok: false, reason: 'cart-not-open' };
  const line = cart.lines.find((one) => one.n === n);
  if (!line) return { ok: false, reason: 'line-not-found' };
  const { lines } = priceSale({ currency: cart.currency, lines: [line] });
  const entry = await ctx.journal.write(
    (tx) => tx.append({ kind: 'line-void', body: { cart: cart.id, L: lines }, ...(approvals && { approvals }) }),
    () => cart.dropLine(n),
  );
  return { ok: true, entry: entry.id };
};
