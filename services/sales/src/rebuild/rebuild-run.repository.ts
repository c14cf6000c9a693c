import { NexusError, type RebuildRun } from '@nexus/contracts';
import { uuidv7, type TenantTx } from '@nexus/tenancy-db';

/** A run that says nothing for so long has lost its process. */
const SILENT_SECONDS = 60;
const KEPT = 20;
const ENDED = 'The process that ran it has ended; nothing was changed';

/** Notes a new run. SAL-1001 while another one runs. */
export async function beginRun(tx: TenantTx): Promise<string> {
  const id = uuidv7();
  await tx.query(
    `UPDATE rebuild_run SET state = 'failed', error = $1
     WHERE state = 'running' AND beat_at < now() - make_interval(secs => ${SILENT_SECONDS})`,
    [ENDED],
  );
  await tx.query(
    `DELETE FROM rebuild_run WHERE id IN
       (SELECT id FROM rebuild_run WHERE state <> 'running' ORDER BY id DESC OFFSET ${KEPT})`,
  );
  const begun = await tx.query(
    `INSERT INTO rebuild_run (id, state) VALUES ($1, 'running')
     ON CONFLICT ((true)) WHERE state = 'running' DO NOTHING RETURNING id`,
    [id],
  );
  if (begun.length === 0) throw new NexusError('SAL-1001');
  return id;
}

/** It lives, and is so far. */
export async function beatRun(tx: TenantTx, id: string, events: number): Promise<void> {
  await tx.query(`UPDATE rebuild_run SET beat_at = now(), events = $2 WHERE id = $1 AND state = 'running'`, [
    id,
    events,
  ]);
}

export async function endRun(tx: TenantTx, id: string, outcome: Pick<RebuildRun, 'report' | 'error'>): Promise<void> {
  const { report, error } = outcome;
  await tx.query(
    `UPDATE rebuild_run SET state = $2, report = $3, error = $4, events = coalesce($5, events), beat_at = now()
     WHERE id = $1`,
    [
      id,
      error === undefined ? 'done' : 'failed',
      report === undefined ? null : JSON.stringify(report),
      error?.slice(0, 2_000) ?? null,
      report?.events ?? null,
    ],
  );
}

/** How a run stands. NX-1002 where there is none of that id (any more). */
export async function readRun(tx: TenantTx, id: string): Promise<RebuildRun> {
  const [row] = await tx.query<{
    state: RebuildRun['state'];
    events: number;
    report: RebuildRun['report'] | null;
    error: string | null;
    silent: boolean;
  }>(
    `SELECT state, events, report, error, beat_at < now() - make_interval(secs => ${SILENT_SECONDS}) AS silent
     FROM rebuild_run WHERE id = $1`,
    [id],
  );
  if (row === undefined) throw new NexusError('NX-1002');
  if (row.state === 'running' && row.silent) return { id, state: 'failed', events: row.events, error: ENDED };
  return {
    id,
    state: row.state,
    events: row.events,
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.report == null ? {} : { report: row.report }),
  };
}
