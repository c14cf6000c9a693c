import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { NexusError } from '@nexus/contracts';
import type { Response } from 'express';
import type { z } from 'zod';
import { isSpecial, type RawAnswer } from './answer.ts';
import type { Route } from './route.ts';

/**
 * Sends a handler's result. A plain answer is put through its schema, which drops what the contract does not name; an
 * answer that breaks its contract is our mistake and becomes a 500.
 */
export async function sendResult(
  route: Route,
  result: unknown,
  response: Response,
  signal: AbortSignal,
): Promise<void> {
  const { response: answer } = route;
  if (!isSpecial(answer)) {
    response.json(checked(answer, result));
  } else if (answer.kind === 'empty') {
    response.end();
  } else if (answer.kind === 'raw') {
    await sendRaw(answer, result, response, signal);
  } else if (answer.kind === 'ndjson') {
    await sendLines(answer.row, result as AsyncIterable<unknown>, response, signal);
  }
}

export function checked(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new Error(`the answer breaks its contract at "${where}": ${parsed.error.issues[0]?.message ?? ''}`);
}

async function sendRaw(answer: RawAnswer, result: unknown, response: Response, signal: AbortSignal): Promise<void> {
  response.type(answer.contentType);
  if (result instanceof Readable) await pipeline(result, response, { signal });
  else response.end(result);
}

/** Rows leave as fast as the client reads; one slow client holds one row, not the whole list. */
async function sendLines(
  row: z.ZodType,
  rows: AsyncIterable<unknown>,
  response: Response,
  signal: AbortSignal,
): Promise<void> {
  response.type('application/x-ndjson');
  for await (const item of rows) {
    signal.throwIfAborted();
    if (!response.write(`${JSON.stringify(checked(row, item))}\n`)) await drained(response, signal);
  }
  response.end();
}

/** Longest that a client may take to read what is already on its way. */
const STALL_MS = 30_000;

async function drained(response: Response, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.timeout(STALL_MS);
  try {
    await once(response, 'drain', { signal: AbortSignal.any([signal, patience]) });
  } catch (error) {
    if (patience.aborted) throw new NexusError('NX-3004', 'The client does not read', { cause: error });
    throw error;
  }
}
