import { shiftsRecorded, transactionsRecorded, NexusError, type TransactionFacts } from '@nexus/contracts';
import { readLog } from '@nexus/messaging';
import type { TenancyDb, TenantContext, TenantTx } from '@nexus/tenancy-db';
import { projectShifts } from '../shift/record-shifts.ts';
import type { ShiftRecord } from '../shift/shift.ts';
import { project } from '../transaction/project.ts';

/** Tables that are nothing but the event log seen another way. */
const PROJECTIONS = [
  'transaction_header',
  'transaction_line',
  'transaction_tender',
  'day_total',
  'returned_line',
  'shift_record',
] as const;
type Projection = (typeof PROJECTIONS)[number];

/** Count and order-free checksum of a table's rows. */
export interface TableSum {
  readonly rows: number;
  readonly checksum: string;
}

export interface RebuildReport {
  readonly events: number;
  readonly transactions: number;
  /** True when every table came out with the rows it had before. */
  readonly equal: boolean;
  readonly tables: readonly { table: Projection; before: TableSum; after: TableSum }[];
}

const STATEMENT_TIMEOUT_MS = 10 * 60_000;

/**
 * Throws the projections away and makes them again from the event log, in one transaction: readers see the old rows
 * until the new ones are whole. Replays of this tenant wait meanwhile.
 *
 * @throws NexusError SAL-1001 while another rebuild of the tenant runs.
 */
export function rebuildProjections(
  db: TenancyDb,
  ctx: TenantContext,
  onProgress: (events: number) => void = () => undefined,
): Promise<RebuildReport> {
  return db.tx(
    ctx,
    async (tx) => {
      await lockProjections(tx, ctx);
      const before = await sums(tx);
      for (const table of PROJECTIONS) await tx.query(`DELETE FROM ${table}`);
      const { events, transactions } = await replayLog(db, tx, onProgress);
      const after = await sums(tx);
      const tables = PROJECTIONS.map((table) => ({ table, before: before[table], after: after[table] }));
      const equal = tables.every((t) => t.before.rows === t.after.rows && t.before.checksum === t.after.checksum);
      return { events, transactions, equal, tables };
    },
    { statementTimeoutMs: STATEMENT_TIMEOUT_MS, retries: 0 },
  );
}

async function lockProjections(tx: TenantTx, ctx: TenantContext): Promise<void> {
  const [lock] = await tx.query<{ free: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS free',
    [`rebuild/${ctx.tenantId}`],
  );
  if (lock?.free !== true) throw new NexusError('SAL-1001');
  // Writers wait, readers do not.
  await tx.query(`LOCK TABLE ${PROJECTIONS.join(', ')} IN SHARE ROW EXCLUSIVE MODE`);
}

async function replayLog(db: TenancyDb, tx: TenantTx, onProgress: (events: number) => void) {
  let events = 0;
  let transactions = 0;
  for await (const event of readLog(db, tx)) {
    if (event.kind === transactionsRecorded.kind) {
      const { transactions: facts } = event.data as { transactions: TransactionFacts[] };
      transactions += (await project(tx, facts)).length;
    } else if (event.kind === shiftsRecorded.kind) {
      await projectShifts(tx, (event.data as { facts: ShiftRecord[] }).facts);
    }
    events += 1;
    onProgress(events);
  }
  return { events, transactions };
}

async function sums(tx: TenantTx): Promise<Record<Projection, TableSum>> {
  const result = {} as Record<Projection, TableSum>;
  for (const table of PROJECTIONS) {
    const [row] = await tx.query<{ rows: string; checksum: string }>(
      `SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS checksum FROM ${table} t`,
    );
    result[table] = { rows: Number(row?.rows ?? 0), checksum: row?.checksum ?? '0' };
  }
  return result;
}
