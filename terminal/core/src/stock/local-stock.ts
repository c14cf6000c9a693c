import type { StoreTx } from '../store/store.ts';

interface StockKey {
  /** Product and variant, as entry lines name them. */
  readonly p: string;
  readonly pv?: string | undefined;
}

/** Adds thousandths to this till's own view of a product's stock; it may go below zero. */
export const moveStock = (tx: StoreTx, { p, pv }: StockKey, quantity: number): Promise<void> =>
  tx.run(
    `INSERT INTO stock (product, variant, quantity) VALUES (?, ?, ?)
     ON CONFLICT (product, variant) DO UPDATE SET quantity = quantity + excluded.quantity`,
    [p, pv ?? '', quantity],
  );

export const setStock = (tx: StoreTx, { p, pv }: StockKey, quantity: number): Promise<void> =>
  tx.run(
    `INSERT INTO stock (product, variant, quantity) VALUES (?, ?, ?)
     ON CONFLICT (product, variant) DO UPDATE SET quantity = excluded.quantity`,
    [p, pv ?? '', quantity],
  );

/** Thousandths; 0 where this till never moved or counted it. */
export const stockOf = async (tx: StoreTx, { p, pv }: StockKey): Promise<number> =>
  (await tx.one<{ quantity: number }>('SELECT quantity FROM stock WHERE product = ? AND variant = ?', [p, pv ?? '']))
    ?.quantity ?? 0;
