import type { StoreTx } from '../store/store.ts';

/** A shift runs from its opening entry to its closing one; its business date never changes in between. */
export interface OpenShift {
  readonly id: string;
  readonly businessDate: string;
  readonly openedAt: number;
  readonly drawer: string;
  readonly cashier: string;
  readonly currency: string;
}

export const readOpenShift = async (tx: StoreTx): Promise<OpenShift | null> => {
  const row = await tx.one<{
    id: string;
    business_date: string;
    opened_at: number;
    drawer: string;
    cashier: string;
    currency: string;
  }>(
    'SELECT id, business_date, opened_at, drawer, cashier, currency FROM shift WHERE closed_at IS NULL ORDER BY opened_at DESC, id DESC LIMIT 1',
  );
  return row
    ? {
        id: row.id,
        businessDate: row.business_date,
        openedAt: row.opened_at,
        drawer: row.drawer,
        cashier: row.cashier,
        currency: row.currency,
      }
    : null;
};
