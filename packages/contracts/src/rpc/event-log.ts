import { z } from 'zod';
import { uuid, type ServiceName } from '../common.ts';
import { eventEnvelope } from '../events/envelope.ts';
import { defineRpc } from './rpc.ts';

/**
 * Read a service's event log after a position. `afterEvent` is the id the asker knows there: where the owner has
 * another id, or none, its log was restored; it opens a new epoch and answers `restart`, and the asker reads from zero.
 */
export const readEvents = (service: ServiceName) =>
  defineRpc({
    service,
    name: 'events',
    scope: 'tenant',
    timeoutMs: 15_000,
    request: z.strictObject({
      epoch: z.number().int().min(0),
      after: z.number().int().min(0),
      afterEvent: uuid.optional(),
      limit: z.number().int().min(1).max(500),
    }),
    reply: z.object({
      epoch: z.number().int(),
      restart: z.boolean(),
      head: z.number().int(),
      events: z.array(eventEnvelope),
    }),
  });

/** Heads of the logs that changed in the last `withinSeconds` (0 = of all tenants), for the sweep that notices a stale head. */
export const readHeads = (service: ServiceName) =>
  defineRpc({
    service,
    name: 'heads',
    scope: 'platform',
    timeoutMs: 15_000,
    request: z.strictObject({ withinSeconds: z.number().int().min(0), after: uuid.optional() }),
    reply: z.object({
      heads: z
        .array(z.object({ tenant: uuid, epoch: z.number().int(), position: z.number().int(), event: uuid.nullable() }))
        .max(5000),
      /** More tenants follow after this id. */
      next: uuid.optional(),
    }),
  });
