import type { Approval } from '../journal/journal-writer.ts';
import type { TillContext } from '../till-context.ts';
import { recordCash } from './cash.ts';

/** `drop`: cash taken from the drawer to the safe. */
export type CashMoveKind = 'paid-in' | 'paid-out' | 'drop';

export interface CashMoveRequest {
  readonly kind: CashMoveKind;
  readonly amountMinor: number;
  readonly reason: string;
  readonly approvals?: readonly Approval[];
}
export type CashMoveResult =
  | { readonly ok: true; readonly entry: string }
  | { readonly ok: false; readonly reason: 'no-shift' | 'amount-not-positive' };

const SIGN = { 'paid-in': 1, 'paid-out': -1, drop: -1 } as const satisfies Record<CashMoveKind, number>;

/** Cash that enters or leaves the drawer other than by a sale. */
export const moveCash = async (ctx: TillContext, request: CashMoveRequest): Promise<CashMoveResult> => {
  const { shift } = ctx.state;
  if (!shift) return { ok: false, reason: 'no-shift' };
  if (request.amountMinor <= 0) return { ok: false, reason: 'amount-not-positive' };
  const entry = await ctx.journal.write(async (tx) => {
    const appended = await tx.append({
      kind: request.kind,
      body: { amount: request.amountMinor, cur: shift.currency, why: request.reason },
      ...(request.approvals && { approvals: request.approvals }),
    });
    const amount = SIGN[request.kind] * request.amountMinor;
    await recordCash(tx, shift, { entry: appended.id, kind: request.kind, amount, at: appended.at });
    return appended.id;
  });
  return { ok: true, entry };
};

/** The drawer opened without a sale. */
export const openDrawer = async (ctx: TillContext, reason: string, approvals?: readonly Approval[]): Promise<string> =>
  (
    await ctx.journal.write((tx) =>
      tx.append({ kind: 'no-sale', body: { why: reason }, ...(approvals && { approvals }) }),
    )
  ).id;
