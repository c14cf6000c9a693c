import { z } from 'zod';
import { isoInstant, uuid, type ServiceName } from '../common.ts';

/** Longest event payload in bytes: the facts of the longest journal entry fit, and it stays under a 2 MiB reply and NATS' `max_payload` of 4 MiB. */
export const MAX_EVENT_BYTES = 1_835_008;

/**
 * An event as consumers see it. `position` is dense from 1 in (service, tenant, epoch); `previous` is the id of the
 * event at `position - 1` (absent at 1), by which a consumer notices that the log it follows is not the one it knew.
 */
export const eventEnvelope = z.object({
  id: uuid,
  tenant: uuid,
  service: z.string(),
  kind: z.string(),
  version: z.number().int().min(1),
  epoch: z.number().int().min(1),
  position: z.number().int().min(1),
  previous: uuid.optional(),
  at: isoInstant,
  trace: z.string().optional(),
  data: z.unknown(),
});
export type EventEnvelope<T = unknown> = Omit<z.infer<typeof eventEnvelope>, 'data'> & { data: T };

/** Declares one kind of event: who owns it, its version and the shape of its data. */
export interface EventDefinition<T extends z.ZodType = z.ZodType> {
  readonly service: ServiceName;
  readonly kind: string;
  readonly version: number;
  readonly data: T;
}
export const defineEvent = <T extends z.ZodType>(definition: EventDefinition<T>): EventDefinition<T> => definition;

/** Subject of an event: `ev.{service}.{tenant}.{kind}`. */
export const eventSubject = (service: string, tenant: string, kind: string): string =>
  `ev.${service}.${tenant}.${kind}`;
/** Name of the JetStream stream that carries a service's events. */
export const eventStream = (service: string): string => `EV_${service}`;
