import { z } from 'zod';
import { serviceName, uuid } from '../common.ts';
import type { ServiceName } from '../services.ts';
import { defineRpc } from './rpc.ts';

/*
 * What the workflow `replayTerminal` asks, through the workflow worker. Each may be asked again: the database of the
 * service that answers says what is left to do.
 */

/** A question that was lost with its connection is given up after this: short, or an outage of a second costs a minute. */
const ASK_TIMEOUT_MS = 10_000;
/** Some batches of a thousand sales, on a machine that has much else to do. */
const APPLY_TIMEOUT_MS = 20_000;

const place = { epoch: z.number().int().min(0), number: z.number().int().min(0) };

/**
 * Asks sync to number entries that waited behind a gap for longer than the grace, and says which services have entries
 * to take and, if entries still wait, in how many milliseconds the next one has waited long enough.
 */
export const prepareReplayRpc = defineRpc({
  service: 'sync',
  name: 'prepare-replay',
  scope: 'tenant',
  timeoutMs: ASK_TIMEOUT_MS,
  request: z.strictObject({ terminal: uuid }),
  reply: z.object({ consumers: z.array(serviceName).max(8), waitMs: z.number().nullable() }),
});

/** Tells sync which consumers have passed, and learns how the run goes on (`ReplaySettled`). */
export const settleReplayRpc = defineRpc({
  service: 'sync',
  name: 'settle-replay',
  scope: 'tenant',
  timeoutMs: ASK_TIMEOUT_MS,
  request: z.strictObject({
    terminal: uuid,
    passed: z.array(z.strictObject({ service: serviceName, ...place })).max(8),
  }),
  reply: z.object({ clean: z.boolean(), waitMs: z.number().nullable() }),
});

/**
 * Asks a service that takes journal entries to apply those after its own cursor, a bounded number of batches; `drained`
 * when nothing numbered was left.
 */
export const applyJournalRpc = (service: ServiceName) =>
  defineRpc({
    service,
    name: 'apply-journal',
    scope: 'tenant',
    timeoutMs: APPLY_TIMEOUT_MS,
    request: z.strictObject({ terminal: uuid }),
    reply: z.object({ ...place, drained: z.boolean() }),
  });
