import type { EventDefinition, EventEnvelope } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import type { z } from 'zod';

/**
 * What a service does on a kind of event. Gets one tenant's events of that kind, in log order, inside the transaction
 * that also moves the cursor. Events may come a second time (a restored log is read again under a new epoch), so effects
 * carry keys derived from the event's content.
 */
export interface EventHandler {
  readonly definition: EventDefinition;
  /** What this service reads of the data, where that is less than all of it: only this is validated, and given. */
  readonly view?: z.ZodType;
  readonly handle: (tx: TenantTx, events: readonly EventEnvelope[]) => Promise<void>;
}

/** One transaction of a consumer: `outcome` is `ok`, `set-aside`, or how it failed; `seconds` is how long it took. */
export interface ObservedBatch {
  readonly tenant: string;
  readonly events: number;
  readonly outcome: string;
  readonly seconds: number;
}

export const onEvent = <T extends z.ZodType>(
  definition: EventDefinition<T>,
  handle: (tx: TenantTx, events: readonly EventEnvelope<z.infer<T>>[]) => Promise<void>,
): EventHandler => ({ definition, handle: handle as EventHandler['handle'] });

/** The same for a service that reads only part of the data: `view` is a schema that whatever the definition allows fits. */
export const onEventView = <T extends z.ZodType, V extends z.ZodType>(
  definition: EventDefinition<T>,
  view: V,
  handle: (tx: TenantTx, events: readonly EventEnvelope<z.infer<V>>[]) => Promise<void>,
): EventHandler => ({ definition, view, handle: handle as EventHandler['handle'] });
