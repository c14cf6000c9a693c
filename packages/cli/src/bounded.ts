import { setTimeout as delay } from 'node:timers/promises';

/** Runs the work for each item, at most `width` at once; results in the items' order. The first failure ends it. */
export async function eachBounded<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const rest = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}

export interface Deadline {
  /** Milliseconds left, never negative. */
  left(): number;
}

export function deadlineIn(milliseconds: number): Deadline {
  const end = performance.now() + milliseconds;
  return { left: () => Math.max(0, end - performance.now()) };
}

/** Looks until it finds something or time is up; looks at least once, and ever less often. Undefined: time is up. */
export async function poll<T>(look: () => Promise<T | undefined>, deadline: Deadline): Promise<T | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const found = await look();
    if (found !== undefined || deadline.left() === 0) return found;
    await delay(Math.min(100 * 1.5 ** attempt, 2_000, deadline.left()));
  }
}
