import { NexusError } from '@nexus/contracts';

export interface RateLimit {
  /** Counts a request of this client; NX-1007 when it had its share of the minute. */
  take(client: string | undefined): void;
}

const WINDOW_MS = 60_000;
/** Most clients counted at once; beyond it counting begins anew, so that many addresses fill no memory. */
const MAX_CLIENTS = 50_000;

/** Requests a minute for each client, in this process: a brake on guessing and flooding, not an account. */
export function createRateLimit(perMinute: number, now: () => number = Date.now): RateLimit {
  let windowStart = Number.NEGATIVE_INFINITY;
  const counts = new Map<string, number>();
  return {
    take(client = '') {
      if (now() - windowStart >= WINDOW_MS || counts.size >= MAX_CLIENTS) {
        windowStart = now();
        counts.clear();
      }
      const count = (counts.get(client) ?? 0) + 1;
      counts.set(client, count);
      if (count > perMinute) throw new NexusError('NX-1007');
    },
  };
}
