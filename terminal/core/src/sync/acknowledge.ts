import type { UploadAnswer } from '@nexus/contracts';
import type { StoreTx } from '../store/store.ts';

const HOUR_MS = 3_600_000;
/** Acknowledged entries are kept this long, by the server's time: a server restored from a backup gets them again. */
export const RETENTION_MS = 35 * 24 * HOUR_MS;
/** Entries pruned in one transaction. */
const PRUNE_ENTRIES = 2000;

/**
 * Notes what the server has. The hour in which it first said so counts: saying it again adds nothing. Where it has less
 * than before, the later acknowledgements are forgotten; in another epoch all of them, since what was restored may have
 * got these entries anew from another copy of this device, and holds them only since then.
 */
export const noteAcknowledged = async (
  tx: StoreTx,
  chainNo: number,
  acknowledged: number,
  answer: UploadAnswer,
): Promise<void> => {
  await tx.run(
    'DELETE FROM acknowledgement WHERE chain_no = ? AND EXISTS (SELECT 1 FROM chain WHERE no = ? AND epoch <> ?)',
    [chainNo, chainNo, answer.epoch],
  );
  await tx.run('UPDATE chain SET acknowledged = ?, told = ?, epoch = ? WHERE no = ?', [
    acknowledged,
    answer.through.seq,
    answer.epoch,
    chainNo,
  ]);
  await tx.run('DELETE FROM acknowledgement WHERE chain_no = ? AND through > ?', [chainNo, acknowledged]);
  await tx.run(
    `INSERT INTO acknowledgement (chain_no, hour, through)
     SELECT ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM acknowledgement WHERE chain_no = ? AND through >= ?)
     ON CONFLICT (chain_no, hour) DO UPDATE SET through = max(through, excluded.through)`,
    [chainNo, Math.floor(answer.serverTime / HOUR_MS), acknowledged, chainNo, acknowledged],
  );
};

/**
 * Deletes entries that were acknowledged long enough ago, with what only looks them up; never the newest of all, from
 * which the chain that is written to goes on. Returns how many are gone.
 */
export const pruneJournal = async (tx: StoreTx, chainNo: number, serverTimeMs: number): Promise<number> => {
  // The whole hour must lie far enough back.
  const hour = Math.floor((serverTimeMs - RETENTION_MS) / HOUR_MS) - 1;
  const row = await tx.one<{ through: number | null }>(
    'SELECT max(through) AS through FROM acknowledgement WHERE chain_no = ? AND hour <= ?',
    [chainNo, hour],
  );
  const through = row?.through ?? 0;
  const old = await tx.all<{ seq: number; id: string }>(
    `SELECT seq, id FROM journal_entry
     WHERE chain_no = ? AND seq <= ?
       AND NOT (chain_no = (SELECT max(no) FROM chain) AND seq = (SELECT max(seq) FROM journal_entry WHERE chain_no = ?))
     ORDER BY seq LIMIT ?`,
    [chainNo, through, chainNo, PRUNE_ENTRIES],
  );
  for (const { seq, id } of old) {
    await tx.run('DELETE FROM journal_entry WHERE chain_no = ? AND seq = ?', [chainNo, seq]);
    await tx.run('DELETE FROM sale WHERE entry = ?', [id]);
    await tx.run('DELETE FROM returned_line WHERE entry = ?', [id]);
    await tx.run(
      'DELETE FROM cash_movement WHERE entry = ? AND shift IN (SELECT id FROM shift WHERE closed_at IS NOT NULL)',
      [id],
    );
  }
  // One mark at or before the limit says it for all of them.
  await tx.run('DELETE FROM acknowledgement WHERE chain_no = ? AND hour < ? AND through < ?', [chainNo, hour, through]);
  return old.length;
};
