import { setTimeout as delay } from 'node:timers/promises';
import type { Deadline } from '../bounded.ts';

/** The till's own word for what its line to the platform did; only an unreachable platform is worth another try. */
const isPassing = (error: unknown): boolean =>
  error instanceof Error && error.name === 'TransportError' && 'failure' in error && error.failure === 'unreachable';

/** Does it again, ever slower, while the platform cannot be reached and time is left. */
export async function untilItGets<T>(work: () => Promise<T>, deadline: Deadline): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || deadline.left() === 0) throw error;
      await delay(Math.min(200 * 2 ** attempt, 5_000, deadline.left()));
    }
  }
}
