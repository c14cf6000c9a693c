import { NexusError } from '@nexus/contracts';

export interface LoadLimits {
  /** Plain requests in hand at once. Default 256. */
  readonly maxRequests?: number;
  /** Open event streams at once. Default 1,000. */
  readonly maxStreams?: number;
}

/** Counts what is in hand; one too many is told to come later (NX-1007) instead of waiting in memory. */
export class Load {
  readonly #max: { requests: number; streams: number };
  readonly #now = { requests: 0, streams: 0 };

  constructor(limits: LoadLimits) {
    this.#max = { requests: limits.maxRequests ?? 256, streams: limits.maxStreams ?? 1_000 };
  }

  async run<T>(kind: 'requests' | 'streams', work: () => Promise<T>): Promise<T> {
    if (this.#now[kind] >= this.#max[kind]) throw new NexusError('NX-1007');
    this.#now[kind] += 1;
    try {
      return await work();
    } finally {
      this.#now[kind] -= 1;
    }
  }
}
