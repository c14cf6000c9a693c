import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Gives up after this long: far longer than anything takes, as a busy machine may be slow. Default 40,000. */
  readonly timeoutMs?: number;
  /** Pause between two looks. Default 20. */
  readonly intervalMs?: number;
  /** What is waited for, as the failure will say it. */
  readonly what?: string;
}

type Falsy = false | null | undefined | 0 | '';

/**
 * Looks again until `condition` gives something truthy, and returns that. A throw counts as "not yet"; when time is up
 * the last one is the cause of the failure, so that a test says why and not only that it waited.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<Awaited<T>, Falsy>> {
  const { timeoutMs = 40_000, intervalMs = 20, what = 'the condition' } = options;
  const deadline = performance.now() + timeoutMs;
  let last: { cause?: unknown } = {};
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<Awaited<T>, Falsy>;
      last = {};
    } catch (error) {
      last = { cause: error };
    }
    if (performance.now() >= deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`, last);
    await delay(intervalMs);
  }
}
