import { liveSales } from '@nexus/contracts';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { z } from 'zod';
import type { TokenSource } from './tokens.ts';

export type LiveSales = z.infer<typeof liveSales>;
/** `live`: the line is open. `waiting`: it broke and is tried again. */
export type LineState = 'live' | 'waiting';

export interface LiveOptions {
  readonly tokens: TokenSource;
  readonly onSales: (sales: LiveSales) => void;
  readonly onState: (state: LineState) => void;
  readonly signal: AbortSignal;
  readonly fetch?: typeof fetch;
  readonly sleep?: (ms: number) => Promise<void>;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** The service sends a sign of life every 15 s; a line that is silent for longer than this is dead. */
const SILENCE_MS = 45_000;

/**
 * Follows `GET /api/sales/live` until `signal` ends it. Not `EventSource`, which cannot carry a token. The service ends
 * the stream with the token's life, so an end is nothing special: the line is opened again, with growing pauses only
 * where it could not be opened.
 */
export const followLiveSales = async (options: LiveOptions): Promise<void> => {
  const { signal, onState, sleep = (ms) => pause(ms, signal) } = options;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const opened = await follow(options).catch(() => false);
    if (signal.aborted) return;
    onState('waiting');
    pauseMs = opened ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    await sleep(pauseMs);
  }
};

/** One line, to its end. Says whether it was ever open. */
const follow = async (options: LiveOptions): Promise<boolean> => {
  const { tokens, onSales, onState, signal, fetch: ask = (...request) => globalThis.fetch(...request) } = options;
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  let opened = false;
  try {
    const answer = await ask('/api/sales/live', {
      headers: { authorization: `Bearer ${await tokens.current()}`, accept: 'text/event-stream' },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (answer.status === 401) await tokens.renew();
    if (!answer.ok || answer.body === null) return false;
    opened = true;
    onState('live');
    const events = answer.body
      .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array<ArrayBuffer>>)
      .pipeThrough(new EventSourceParserStream({ onComment: heard, maxBufferSize: 1_000_000 }))
      .getReader();
    for (let next = await events.read(); !next.done; next = await events.read()) {
      heard();
      const read = liveSales.safeParse(parsed(next.value.data));
      if (read.success) onSales(read.data);
    }
    return true;
  } catch {
    return opened;
  } finally {
    clearTimeout(timer);
  }
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
