import type { Response } from 'express';
import type { z } from 'zod';
import type { ServerSentEvent } from './answer.ts';
import { checked } from './send.ts';

export interface EventStreamOptions {
  readonly data: z.ZodType;
  readonly events: AsyncIterable<ServerSentEvent>;
  /** Ends the stream: the client has gone, or the process stops. */
  readonly signal: AbortSignal;
  /** Asked at each heartbeat; false ends the stream (the token expired or was revoked). */
  readonly stillAllowed: () => boolean;
  readonly heartbeatMs?: number;
}

const HEARTBEAT_MS = 15_000;
/** What may wait for a client that does not read; beyond it the connection is cut and the client begins again. */
const MAX_WAITING_BYTES = 256 * 1024;

/**
 * Server-sent events with a heartbeat comment, so that proxies keep the line and a dead client is noticed. The stream
 * ends with the right to see it: a client comes back with a fresh token.
 */
export async function sendEvents(response: Response, options: EventStreamOptions): Promise<void> {
  const { signal, stillAllowed } = options;
  response.type('text/event-stream');
  response.setHeader('x-accel-buffering', 'no');
  response.flushHeaders();
  response.write(': open\n\n');
  const over = new Promise<'over'>((resolve) => {
    if (signal.aborted) resolve('over');
    signal.addEventListener('abort', () => resolve('over'), { once: true });
  });
  const heartbeat = setInterval(() => {
    if (!stillAllowed()) response.end();
    else if (hasRoom(response)) response.write(': alive\n\n');
    else response.destroy();
  }, options.heartbeatMs ?? HEARTBEAT_MS);
  const iterator = options.events[Symbol.asyncIterator]();
  try {
    while (!response.writableEnded && !response.destroyed) {
      const next = await Promise.race([iterator.next(), over]);
      if (next === 'over' || next.done === true) break;
      if (!hasRoom(response)) {
        response.destroy();
        break;
      }
      if (!response.writableEnded) response.write(eventText(options.data, next.value));
    }
  } finally {
    clearInterval(heartbeat);
    // Not awaited: a generator that waits for its next event returns only after it, and its `signal` tells it to end.
    iterator.return?.().catch(() => undefined);
    if (!response.writableEnded) response.end();
  }
}

const hasRoom = (response: Response): boolean => response.writableLength < MAX_WAITING_BYTES;

/** Names and ids are one line; JSON has no raw line breaks. */
function eventText(schema: z.ZodType, event: ServerSentEvent): string {
  const oneLine = (text: string): string => text.replace(/[\r\n\0]/g, ' ');
  const name = event.event === undefined ? '' : `event: ${oneLine(event.event)}\n`;
  const id = event.id === undefined ? '' : `id: ${oneLine(event.id)}\n`;
  return `${name}${id}data: ${JSON.stringify(checked(schema, event.data))}\n\n`;
}
