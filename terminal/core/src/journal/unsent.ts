import type { StoreTx } from '../store/store.ts';

/** What only this device holds, as far as it knows. */
export interface Unsent {
  readonly entries: number;
  /** Finished sales and returns among them. */
  readonly sales: number;
  /** Their gross, minor units: sales less returns. */
  readonly gross: number;
  /** Device time of the oldest, epoch milliseconds; null where nothing is unsent. */
  readonly oldest: number | null;
}

/**
 * Counted from the running totals: the same few look-ups for ten unsent entries and for a million. For one chain, or
 * for all of the device.
 */
export const readUnsent = async (tx: StoreTx, chainNo?: number): Promise<Unsent> => {
  const chains = await tx.all<{ no: number; acknowledged: number }>(
    'SELECT no, acknowledged FROM chain WHERE no = ? OR ? IS NULL',
    [chainNo ?? null, chainNo ?? null],
  );
  let unsent: Unsent = { entries: 0, sales: 0, gross: 0, oldest: null };
  for (const chain of chains) unsent = add(unsent, await unsentOf(tx, chain.no, chain.acknowledged));
  return unsent;
};

const unsentOf = async (tx: StoreTx, chainNo: number, acknowledged: number): Promise<Unsent> => {
  const last = await totalsAt(tx, chainNo, Number.MAX_SAFE_INTEGER);
  if (!last || last.seq <= acknowledged) return { entries: 0, sales: 0, gross: 0, oldest: null };
  const sent = await totalsAt(tx, chainNo, acknowledged);
  const oldest = await tx.one<{ at: number }>(
    'SELECT at FROM journal_entry WHERE chain_no = ? AND seq > ? ORDER BY seq LIMIT 1',
    [chainNo, acknowledged],
  );
  return {
    entries: last.seq - acknowledged,
    sales: last.sales_through - (sent?.sales_through ?? 0),
    gross: last.gross_through - (sent?.gross_through ?? 0),
    oldest: oldest?.at ?? null,
  };
};

const totalsAt = (tx: StoreTx, chainNo: number, seq: number) =>
  tx.one<{ seq: number; sales_through: number; gross_through: number }>(
    `SELECT seq, sales_through, gross_through FROM journal_entry
     WHERE chain_no = ? AND seq <= ? ORDER BY seq DESC LIMIT 1`,
    [chainNo, seq],
  );

const add = (a: Unsent, b: Unsent): Unsent => ({
  entries: a.entries + b.entries,
  sales: a.sales + b.sales,
  gross: a.gross + b.gross,
  oldest: a.oldest === null ? b.oldest : b.oldest === null ? a.oldest : Math.min(a.oldest, b.oldest),
});
