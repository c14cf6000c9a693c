import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../launcher-error.ts';

export interface WaitOptions {
  /** What is waited for, for the message when it never comes. */
  what: string;
  timeoutMs: number;
  intervalMs?: number;
  signal?: AbortSignal | undefined;
}

/** Asks again until `check` answers true; a throw counts as "not yet" and is named when time is up. */
export async function waitUntil(check: () => Promise<boolean>, options: WaitOptions): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  let lastFailure: unknown;
  while (performance.now() < deadline) {
    options.signal?.throwIfAborted();
    try {
      if (await check()) return;
      lastFailure = undefined;
    } catch (error) {
      lastFailure = error;
    }
    await delay(options.intervalMs ?? 100, undefined, { signal: options.signal });
  }
  const because = lastFailure === undefined ? '' : `: ${messageOf(lastFailure)}`;
  throw new Error(`${options.what} did not happen within ${options.timeoutMs} ms${because}`);
}
