import type { StoreTx } from '../store/store.ts';

/** One entry's effect on the cash in a drawer: signed, minor units. */
export interface CashMovement {
  readonly entry: string;
  readonly kind: string;
  readonly amount: number;
  readonly at: number;
}

export const recordCash = (
  tx: StoreTx,
  shift: { readonly id: string; readonly drawer: string },
  movement: CashMovement,
): Promise<void> =>
  tx.run('INSERT INTO cash_movement (entry, shift, drawer, kind, amount, at) VALUES (?, ?, ?, ?, ?, ?)', [
    movement.entry,
    shift.id,
    shift.drawer,
    movement.kind,
    movement.amount,
    movement.at,
  ]);

/** The lines whose sum is what the drawer should hold, in order: so that a difference can be looked for line by line. */
export const cashOfShift = async (tx: StoreTx, shift: string): Promise<CashMovement[]> =>
  (
    await tx.all<{ entry: string; kind: string; amount: number; at: number }>(
      'SELECT entry, kind, amount, at FROM cash_movement WHERE shift = ? ORDER BY at, entry',
      [shift],
    )
  ).map((row) => ({ ...row }));

export const expectedCash = async (tx: StoreTx, shift: string): Promise<number> =>
  (
    await tx.one<{ amount: number }>('SELECT coalesce(sum(amount), 0) AS amount FROM cash_movement WHERE shift = ?', [
      shift,
    ])
  )?.amount ?? 0;
