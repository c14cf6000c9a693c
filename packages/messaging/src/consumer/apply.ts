import type { EventEnvelope, ServiceName } from '@nexus/contracts';
import { NexusError } from '@nexus/contracts';
import { raiseException, type TenantTx } from '@nexus/tenancy-db';
import type { EventHandler } from './handler.ts';

export interface Cursor {
  readonly epoch: number;
  readonly position: number;
  readonly event: string | null;
}

/** Locks and reads this service's place in a source's log; makes the row at the first time. */
export async function lockCursor(tx: TenantTx, source: ServiceName): Promise<Cursor> {
  const read = () =>
    tx.bulk<{ epoch: number; position: string; event_id: string | null }>(
      'lock-cursor',
      'SELECT epoch, position, event_id FROM consumer_cursor WHERE source = $1 FOR UPDATE',
      [source],
    );
  let [row] = await read();
  if (row === undefined) {
    await tx.query('INSERT INTO consumer_cursor (source) VALUES ($1) ON CONFLICT DO NOTHING', [source]);
    [row] = await read();
  }
  if (row === undefined) throw new Error('the cursor row could not be made');
  return { epoch: row.epoch, position: Number(row.position), event: row.event_id };
}

export async function moveCursor(tx: TenantTx, source: ServiceName, to: Cursor): Promise<void> {
  await tx.bulk(
    'move-cursor',
    'UPDATE consumer_cursor SET epoch = $2, position = $3, event_id = $4 WHERE source = $1',
    [source, to.epoch, to.position, to.event],
  );
}

/** The part of a batch that follows the cursor without a hole. `gap`: something is missing, or belongs to another epoch. */
export function following(cursor: Cursor, events: readonly EventEnvelope[]): { take: EventEnvelope[]; gap: boolean } {
  const take: EventEnvelope[] = [];
  let at = cursor;
  const sorted = [...events].sort((a, b) => a.epoch - b.epoch || a.position - b.position);
  for (const event of sorted) {
    if (event.epoch < at.epoch) continue;
    const firstEver = at.epoch === 0 && event.position === 1;
    if (event.epoch > at.epoch && !firstEver) return { take, gap: true };
    if (!firstEver && event.position <= at.position) continue;
    const follows =
      event.position === at.position + 1 && (event.position === 1 || at.event === null || event.previous === at.event);
    if (!follows) return { take, gap: true };
    take.push(event);
    at = { epoch: event.epoch, position: event.position, event: event.id };
  }
  return { take, gap: false };
}

/** A message that this code can never digest: its data is out of contract, or its handler says so. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError';
  readonly event: EventEnvelope;
  constructor(event: EventEnvelope, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.event = event;
  }
}

/** Runs the handlers on events in log order; neighbours of one kind go together. Kinds nobody handles are passed over. */
export async function runHandlers(
  tx: TenantTx,
  handlers: ReadonlyMap<string, EventHandler>,
  events: readonly EventEnvelope[],
): Promise<void> {
  let run: EventEnvelope[] = [];
  const flush = async () => {
    const [first] = run;
    const handler = first === undefined ? undefined : handlers.get(first.kind);
    if (handler !== undefined && run.length > 0) await handler.handle(tx, run);
    run = [];
  };
  for (const event of events) {
    const handler = handlers.get(event.kind);
    if (handler === undefined) continue;
    if (run.length > 0 && run[0]?.kind !== event.kind) await flush();
    run.push(checked(handler, event));
  }
  await flush();
}

/** A newer version is refused until this service is upgraded; data out of contract is poison. */
function checked(handler: EventHandler, event: EventEnvelope): EventEnvelope {
  if (event.version > handler.definition.version) {
    throw new PoisonError(
      event,
      new NexusError('NX-1001', `version ${event.version} of ${event.kind} is newer than this service`),
    );
  }
  // Once: a message's data is read anew each time. What was read and is not in the view is garbage before the next one.
  const { data, ...envelope } = event;
  const read = (handler.view ?? handler.definition.data).safeParse(data);
  if (!read.success) throw new PoisonError(event, new NexusError('NX-1001', read.error.message.slice(0, 1000)));
  return { ...envelope, data: read.data };
}

/** Sets a message aside for a person, with the cursor past it, so that one bad message does not stop a chain's books. */
export async function setAside(
  tx: TenantTx,
  source: ServiceName,
  event: EventEnvelope,
  error: unknown,
  attempts: number,
): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  await tx.query(
    `INSERT INTO failed_message (source, event_id, kind, envelope, error, attempts) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (source, event_id) DO UPDATE SET error = excluded.error, attempts = failed_message.attempts + excluded.attempts, failed_at = now()`,
    [source, event.id, event.kind, JSON.stringify(event), message.slice(0, 2000), attempts],
  );
  await raiseException(tx, {
    kind: 'message-failed',
    severity: 'error',
    key: `message-failed/${source}/${event.id}`,
    subject: event.id,
    detail: { source, kind: event.kind, position: event.position, error: message.slice(0, 500) },
  });
}
