import { NexusError, type FailedMessageOutcome } from '@nexus/contracts';
import { isUnavailable, type TenancyDb, type TenantContext, type TenantTx } from '@nexus/tenancy-db';
import { lockCursor, runHandlers } from '../consumer/apply.ts';
import type { EventHandler } from '../consumer/handler.ts';
import {
  failedMessagesAfter,
  findFailedMessage,
  lockFailedMessage,
  noteFailedTry,
  removeFailedMessage,
  type FailedMessagePlace,
} from './failed-message.repository.ts';

const MAX_ERROR = 2_000;

/**
 * Runs a message that was set aside once more, in this transaction, and removes it with its exception. Holds the
 * cursor's lock, as the consumer does: handlers of one source never run beside each other. Throws what the handler
 * throws; NX-1002 where the message is not set aside (any more).
 */
export async function digestFailedMessage(
  tx: TenantTx,
  handlers: ReadonlyMap<string, EventHandler>,
  place: FailedMessagePlace,
): Promise<void> {
  await lockCursor(tx, place.source);
  await runHandlers(tx, handlers, [await lockFailedMessage(tx, place)]);
  await removeFailedMessage(tx, place);
}

/** Handlers of a service by whose events they take. */
export interface Digestion {
  readonly db: TenancyDb;
  readonly handlers: readonly EventHandler[];
}

/**
 * Tries one message again. What the handler says is the outcome, and noted with the message; only what says nothing
 * about the message (no such one, an engine that is away) is thrown.
 */
export async function retryFailedMessage(
  digestion: Digestion,
  ctx: TenantContext,
  event: string,
): Promise<FailedMessageOutcome> {
  const place = await digestion.db.tx(ctx, (tx) => findFailedMessage(tx, event));
  return retryPlace(digestion, ctx, place);
}

async function retryPlace(
  { db, handlers }: Digestion,
  ctx: TenantContext,
  place: FailedMessagePlace,
): Promise<FailedMessageOutcome> {
  const ofSource = handlers.filter(({ definition }) => definition.service === place.source);
  const byKind = new Map(ofSource.map((handler) => [handler.definition.kind, handler]));
  try {
    await db.tx(ctx, (tx) => digestFailedMessage(tx, byKind, place));
    return { outcome: 'digested' };
  } catch (error) {
    if (saysNothingOfTheMessage(error)) throw error;
    const text = (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR);
    await db.tx(ctx, (tx) => noteFailedTry(tx, place, text));
    return { outcome: 'failed', error: text };
  }
}

const saysNothingOfTheMessage = (error: unknown): boolean =>
  isUnavailable(error) || (error instanceof NexusError && (error.code === 'NX-1002' || error.status >= 502));

export interface RetriesOptions {
  readonly after?: string | undefined;
  /** Messages to try at most. */
  readonly limit: number;
  /** Nothing is begun any more after this long. */
  readonly withinMs: number;
  readonly signal?: AbortSignal;
}

export interface Retries {
  readonly digested: number;
  readonly failed: number;
  /** Where to go on; absent when all were tried. */
  readonly next?: string;
}

/** Tries what was set aside, oldest first, each in a transaction of its own; stops at the limit or when time is up. */
export async function retryFailedMessages(
  digestion: Digestion,
  ctx: TenantContext,
  { after, limit, withinMs, signal }: RetriesOptions,
): Promise<Retries> {
  const places = await digestion.db.tx(ctx, (tx) => failedMessagesAfter(tx, after, limit + 1));
  const end = performance.now() + withinMs;
  let digested = 0;
  let failed = 0;
  let last: string | undefined;
  for (const place of places.slice(0, limit)) {
    if (last !== undefined && (performance.now() > end || signal?.aborted === true)) break;
    const outcome = await retryPlace(digestion, ctx, place).catch(goneMeanwhile);
    if (outcome?.outcome === 'digested') digested += 1;
    if (outcome?.outcome === 'failed') failed += 1;
    last = place.event;
  }
  return last !== undefined && last !== places.at(-1)?.event ? { digested, failed, next: last } : { digested, failed };
}

/** Somebody else was quicker with it. */
function goneMeanwhile(error: unknown): undefined {
  if (!(error instanceof NexusError) || error.code !== 'NX-1002') throw error;
}
