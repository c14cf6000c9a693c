import { MAX_EVENT_BYTES, NexusError, type EventDefinition } from '@nexus/contracts';
import { injectTrace } from '@nexus/telemetry';
import { uuidv7, type TenancyDb, type TenantTx } from '@nexus/tenancy-db';
import type { z } from 'zod';
import { storedFacts } from './facts.ts';

/**
 * Appends an event to this service's log, in the caller's transaction: with the effect or not at all. The position
 * comes after the commit, from the relay. The data is trusted to have the definition's shape (types say so); consumers
 * validate it.
 *
 * @throws NexusError NX-1000 when the data is over MAX_EVENT_BYTES: the caller has to cut its batch.
 */
export async function appendEvent<T extends z.ZodType>(
  db: TenancyDb,
  tx: TenantTx,
  definition: EventDefinition<T>,
  data: z.infer<T>,
): Promise<string> {
  const { text, packed, size } = storedFacts(data as object);
  if (size > MAX_EVENT_BYTES) {
    throw new NexusError(
      'NX-1000',
      `An event ${definition.kind} of ${size} bytes is over the limit of ${MAX_EVENT_BYTES}`,
    );
  }
  const id = uuidv7();
  const trace = injectTrace()['traceparent'] ?? null;
  await tx.bulk(
    'append-event',
    `WITH logged AS (INSERT INTO event_log (event_id, kind, version, trace, data, packed, size) VALUES ($1, $2, $3, $4, $5, $6, $7)),
       pending AS (INSERT INTO event_pending (event_id) VALUES ($1))
     INSERT INTO nexus.doorbell (tenant_id, topic) VALUES ($8, 'event')`,
    [id, definition.kind, definition.version, trace, text, packed, size, tx.tenantId],
  );
  db.announce(tx);
  return id;
}
