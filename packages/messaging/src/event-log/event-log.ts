import type { ServiceName } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import type { StoredEvent } from './event-message.ts';

export interface Head {
  readonly epoch: number;
  readonly position: number;
  readonly event: string | null;
  readonly published: number;
}

interface HeadRow {
  epoch: number;
  position: string;
  event_id: string | null;
  published: string;
}

const headOf = (row: HeadRow | undefined): Head => {
  if (row === undefined) throw new Error('the event log has no head row: the schema is damaged');
  return { epoch: row.epoch, position: Number(row.position), event: row.event_id, published: Number(row.published) };
};

/** The log's head; `lock` makes the caller the only one to number events until its transaction ends. */
export async function readHead(tx: TenantTx, lock = false): Promise<Head> {
  const [row] = await tx.query<HeadRow>(
    `SELECT epoch, position, event_id, published FROM event_head${lock ? ' FOR UPDATE' : ''}`,
  );
  return headOf(row);
}

/** Most events numbered in one transaction. */
const NUMBER_BATCH = 1_000;

/**
 * Gives positions to events that have committed. The caller holds the head's lock, so positions are dense and a reader
 * that saw position n has seen every one before it.
 */
export async function numberPending(tx: TenantTx, head: Head): Promise<Head> {
  const rows = await tx.bulk<{ position: string; event_id: string }>(
    'number-events',
    `WITH taken AS (
       DELETE FROM event_pending WHERE event_id IN (SELECT event_id FROM event_pending ORDER BY event_id LIMIT ${NUMBER_BATCH})
       RETURNING event_id)
     INSERT INTO event_position (position, event_id)
     SELECT $1::bigint + row_number() OVER (ORDER BY event_id), event_id FROM taken
     RETURNING position, event_id`,
    [head.position],
  );
  if (rows.length === 0) return head;
  const last = rows.reduce((a, b) => (Number(a.position) > Number(b.position) ? a : b));
  const moved = { ...head, position: Number(last.position), event: last.event_id };
  await tx.query('UPDATE event_head SET position = $1, event_id = $2', [moved.position, moved.event]);
  return moved;
}

export async function setPublished(tx: TenantTx, epoch: number, through: number): Promise<void> {
  await tx.query('UPDATE event_head SET published = $1 WHERE epoch = $2 AND published < $1', [through, epoch]);
}

/**
 * A log that was restored begins a new epoch: the same rows and positions, read again from the start by everybody who
 * knew more of it. What was published under the old epoch is published again.
 */
export async function openEpoch(tx: TenantTx): Promise<Head> {
  const [row] = await tx.query<HeadRow>(
    'UPDATE event_head SET epoch = epoch + 1, published = 0 RETURNING epoch, position, event_id, published',
  );
  return headOf(row);
}

/** Id of the event at a position, if there is one. */
export async function eventAt(tx: TenantTx, position: number): Promise<string | undefined> {
  const [row] = await tx.query<{ event_id: string }>('SELECT event_id FROM event_position WHERE position = $1', [
    position,
  ]);
  return row?.event_id;
}

interface EventRow {
  position: string;
  previous: string | null;
  event_id: string;
  kind: string;
  version: number;
  at: string;
  trace: string | null;
  data: string | null;
  packed: Buffer | null;
}

/** Events after a position, in order, at most `limit` and about `maxBytes` of data (one event at least). */
export async function readAfter(
  tx: TenantTx,
  service: ServiceName,
  epoch: number,
  after: number,
  limit: number,
  maxBytes: number,
): Promise<StoredEvent[]> {
  const rows = await tx.bulk<EventRow>(
    'read-events',
    `SELECT sized.position, sized.previous, e.event_id, e.kind, e.version, e.trace, e.data, e.packed,
       to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
     FROM (
       SELECT p.position, p.event_id, before.event_id AS previous,
         sum(l.size) OVER (ORDER BY p.position) - l.size AS bytes_before
       FROM event_position p
       JOIN event_log l ON l.event_id = p.event_id
       LEFT JOIN event_position before ON before.position = p.position - 1
       WHERE p.position > $1 AND p.position <= $1 + $2
     ) sized
     JOIN event_log e ON e.event_id = sized.event_id
     WHERE sized.bytes_before < $3
     ORDER BY sized.position`,
    [after, limit, maxBytes],
  );
  return rows.map((row) => ({
    envelope: {
      id: row.event_id,
      tenant: tx.tenantId,
      service,
      kind: row.kind,
      version: row.version,
      epoch,
      position: Number(row.position),
      ...(row.previous === null ? {} : { previous: row.previous }),
      at: row.at,
      ...(row.trace === null ? {} : { trace: row.trace }),
    },
    facts: { text: row.data, packed: row.packed },
  }));
}
