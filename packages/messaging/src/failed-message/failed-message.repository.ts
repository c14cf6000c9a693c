import { NexusError, type EventEnvelope, type FailedMessageRow, type ServiceName } from '@nexus/contracts';
import { settleExceptionsByKey, type TenantTx } from '@nexus/tenancy-db';

/** Where a message that was set aside lies. */
export interface FailedMessagePlace {
  readonly source: ServiceName;
  readonly event: string;
}

interface DbRow {
  source: ServiceName;
  event_id: string;
  kind: string;
  error: string;
  attempts: number;
  failed_at: string;
}

/** A page of what was set aside, newest event first; their contents stay where they are. */
export async function listFailedMessages(
  tx: TenantTx,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: FailedMessageRow[]; nextCursor?: string }> {
  const rows = await tx.query<DbRow>(
    `SELECT source, event_id, kind, error, attempts,
       to_char(failed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS failed_at
     FROM failed_message WHERE ($1::uuid IS NULL OR event_id < $1) ORDER BY event_id DESC LIMIT $2`,
    [page.cursor ?? null, page.limit + 1],
  );
  const items = rows.slice(0, page.limit).map((row) => ({
    event: row.event_id,
    source: row.source,
    kind: row.kind,
    error: row.error,
    attempts: row.attempts,
    failedAt: row.failed_at,
  }));
  const last = items.at(-1);
  return rows.length > page.limit && last !== undefined ? { items, nextCursor: last.event } : { items };
}

/** Ids of what was set aside after an event, oldest first. */
export async function failedMessagesAfter(
  tx: TenantTx,
  after: string | undefined,
  limit: number,
): Promise<FailedMessagePlace[]> {
  const rows = await tx.query<{ source: ServiceName; event_id: string }>(
    `SELECT source, event_id FROM failed_message WHERE ($1::uuid IS NULL OR event_id > $1) ORDER BY event_id LIMIT $2`,
    [after ?? null, limit],
  );
  return rows.map((row) => ({ source: row.source, event: row.event_id }));
}

/** Whose event it is. NX-1002 where none of that id was set aside. */
export async function findFailedMessage(tx: TenantTx, event: string): Promise<FailedMessagePlace> {
  const [row] = await tx.query<{ source: ServiceName }>('SELECT source FROM failed_message WHERE event_id = $1', [
    event,
  ]);
  if (row === undefined) throw new NexusError('NX-1002');
  return { source: row.source, event };
}

/** The message itself, for this transaction alone. NX-1002 where it is not (or no longer) set aside. */
export async function lockFailedMessage(tx: TenantTx, { source, event }: FailedMessagePlace): Promise<EventEnvelope> {
  const [row] = await tx.query<{ envelope: string }>(
    'SELECT envelope FROM failed_message WHERE source = $1 AND event_id = $2 FOR UPDATE',
    [source, event],
  );
  if (row === undefined) throw new NexusError('NX-1002');
  return JSON.parse(row.envelope) as EventEnvelope;
}

/** It was digested: neither the row nor its exception is needed any more. */
export async function removeFailedMessage(tx: TenantTx, { source, event }: FailedMessagePlace): Promise<void> {
  await tx.query('DELETE FROM failed_message WHERE source = $1 AND event_id = $2', [source, event]);
  await settleExceptionsByKey(tx, [`message-failed/${source}/${event}`], 'digested at a later try');
}

/** One more try that came to nothing. */
export async function noteFailedTry(tx: TenantTx, { source, event }: FailedMessagePlace, error: string): Promise<void> {
  await tx.query(
    `UPDATE failed_message SET error = $3, attempts = attempts + 1, failed_at = now()
     WHERE source = $1 AND event_id = $2`,
    [source, event, error],
  );
}
