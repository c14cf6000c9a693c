import type { StoreTx } from '../store/store.ts';

export interface ChainRow {
  readonly no: number;
  readonly id: string;
  readonly acknowledged: number;
  /** What the server's last answer said, and in which epoch; epoch 0: there was none. */
  readonly told: number;
  readonly epoch: number;
  /** Newest entry; sequence 0 where the chain is empty. */
  readonly head: { readonly seq: number; readonly hash: string };
  /** Oldest entry still kept; 1 where the chain is empty. */
  readonly keptFrom: number;
}

/** A run of entries that fits one upload. */
export interface Batch {
  readonly first: number;
  readonly count: number;
}
export interface BatchLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** Every chain this device has written, the oldest first. */
export const readChains = async (tx: StoreTx): Promise<ChainRow[]> => {
  const rows = await tx.all<{
    no: number;
    id: string;
    acknowledged: number;
    told: number;
    epoch: number;
    seq: number | null;
    hash: string | null;
    kept_from: number | null;
  }>(
    `SELECT no, chain.id, acknowledged, told, epoch, head.seq, head.hash,
       (SELECT min(seq) FROM journal_entry WHERE chain_no = no) AS kept_from
     FROM chain LEFT JOIN journal_entry head
       ON head.chain_no = no AND head.seq = (SELECT max(seq) FROM journal_entry WHERE chain_no = no)
     ORDER BY no`,
  );
  return rows.map((row) => ({
    no: row.no,
    id: row.id,
    acknowledged: row.acknowledged,
    told: row.told,
    epoch: row.epoch,
    head: { seq: row.seq ?? 0, hash: row.hash ?? '' },
    keptFrom: row.kept_from ?? 1,
  }));
};

export const hashAt = async (tx: StoreTx, chainNo: number, seq: number): Promise<string | null> =>
  (await tx.one<{ hash: string }>('SELECT hash FROM journal_entry WHERE chain_no = ? AND seq = ?', [chainNo, seq]))
    ?.hash ?? null;

/** How many entries from `first` on fit one upload: sizes are read before lines, which may be large. */
export const planBatch = async (tx: StoreTx, chainNo: number, first: number, limits: BatchLimits): Promise<Batch> => {
  const rows = await tx.all<{ bytes: number }>(
    'SELECT bytes FROM journal_entry WHERE chain_no = ? AND seq >= ? ORDER BY seq LIMIT ?',
    [chainNo, first, limits.entries],
  );
  let bytes = 0;
  let count = 0;
  for (const row of rows) {
    bytes += row.bytes + 1;
    if (bytes > limits.bytes && count > 0) break;
    count++;
  }
  return { first, count };
};

export const readLines = async (
  tx: StoreTx,
  chainNo: number,
  batch: Batch,
): Promise<{ readonly line: string; readonly hash: string }[]> =>
  tx.all<{ line: string; hash: string }>(
    'SELECT line, hash FROM journal_entry WHERE chain_no = ? AND seq >= ? AND seq < ? ORDER BY seq',
    [chainNo, batch.first, batch.first + batch.count],
  );
