import type { TenantTx } from '@nexus/tenancy-db';

/** Epoch of the tenant's journal. `share` keeps it from changing until the transaction ends. */
export async function readEpoch(tx: TenantTx, lock?: 'share'): Promise<number> {
  const [row] = await tx.bulk<{ epoch: number }>(
    lock === undefined ? 'read-epoch' : 'share-epoch',
    `SELECT epoch FROM journal_epoch${lock === undefined ? '' : ' FOR SHARE'}`,
    [],
  );
  if (row === undefined) throw new Error('the journal has no epoch row: the schema is damaged');
  return row.epoch;
}

/**
 * The journal turned out to be an older copy of itself: somebody knows more of it, of `knownEpoch`. Opens an epoch above
 * both and marks every terminal dirty, so that all consumers read again from the start. Twice for one restore does no
 * harm and does not happen: an epoch that is higher already is left alone.
 */
export async function openEpoch(tx: TenantTx, knownEpoch: number, reason: string): Promise<number> {
  const rows = await tx.query<{ epoch: number }>(
    `UPDATE journal_epoch SET epoch = greatest(epoch, $1::int) + 1, reason = $2, changed_at = now()
     WHERE epoch <= $1::int RETURNING epoch`,
    [knownEpoch, reason.slice(0, 500)],
  );
  const [opened] = rows;
  if (opened === undefined) return readEpoch(tx);
  await tx.query(
    `INSERT INTO dirty_terminal (terminal) SELECT id FROM terminal ORDER BY id
     ON CONFLICT (terminal) DO UPDATE SET dirty_at = now(), signalled_at = NULL, asleep_until = NULL`,
  );
  await tx.query(`INSERT INTO nexus.doorbell (tenant_id, topic) VALUES ($1, 'replay')`, [tx.tenantId]);
  return opened.epoch;
}
