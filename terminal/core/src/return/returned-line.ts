import type { EntryLine } from '@nexus/contracts';
import { exponentOf } from '@nexus/money';
import { priceSale, type Discount, type LineInput } from '@nexus/pricing';
import type { StoreTx } from '../store/store.ts';

/** What of a line sold has come back so far. */
export interface ReturnedSoFar {
  readonly quantity: number;
  readonly gross: number;
}

export const readReturned = async (tx: StoreTx, entry: string, line: number): Promise<ReturnedSoFar> => {
  const row = await tx.one<{ quantity: number; gross: number }>(
    'SELECT quantity, gross FROM returned_line WHERE entry = ? AND line = ?',
    [entry, line],
  );
  return { quantity: row?.quantity ?? 0, gross: row?.gross ?? 0 };
};

/** Adds to what has come back of a line; signed, since a return may be voided. */
export const addReturned = (tx: StoreTx, entry: string, line: number, add: ReturnedSoFar): Promise<void> =>
  tx.run(
    `INSERT INTO returned_line (entry, line, quantity, gross) VALUES (?, ?, ?, ?)
     ON CONFLICT (entry, line) DO UPDATE SET quantity = quantity + excluded.quantity, gross = gross + excluded.gross`,
    [entry, line, add.quantity, add.gross],
  );

/**
 * The line of a return at the original's price, discount share and tax rates. In however many pieces a line comes back,
 * its refunds never add up to more than was paid for it: the last piece takes just the rest.
 */
export const returnLineOf = (
  n: number,
  original: { readonly entry: string; readonly currency: string; readonly line: EntryLine },
  quantity: number,
  before: ReturnedSoFar,
): LineInput => {
  const { line, currency } = original;
  const discounts: Discount[] = (line.ds ?? []).map((share) => ({
    source: share.src,
    ...(share.why !== undefined && { reason: share.why }),
    amount: portion(share.a, before.quantity + quantity, line.q) - portion(share.a, before.quantity, line.q),
  }));
  const input: LineInput = {
    n,
    product: line.p,
    ...(line.pv !== undefined && { variant: line.pv }),
    code: line.c,
    description: line.d,
    ...(line.u !== undefined && { unit: line.u }),
    quantity,
    ...(line.lp !== undefined && { listPrice: line.lp }),
    unitPrice: line.up,
    priceScale: line.ps ?? exponentOf(currency),
    ...(line.us !== undefined && { source: line.us }),
    taxGroup: { code: line.tg, components: line.x.map(({ c, r }) => ({ code: c, rate: r })) },
    discounts,
    ...(line.lot !== undefined && { lot: line.lot }),
    ...(line.sn !== undefined && { serial: line.sn }),
    original: { entry: original.entry, line: line.n },
  };
  const gross = priceSale({ currency, lines: [input] }).totals.gross;
  const excess = gross - (line.g - before.gross);
  return excess > 0 ? { ...input, discounts: [...discounts, { source: 'rounding', amount: excess }] } : input;
};

/** A whole amount's share of a part, rounded down; BigInt, since both may be large. */
const portion = (amount: number, part: number, whole: number): number =>
  Number((BigInt(amount) * BigInt(part)) / BigInt(whole));
