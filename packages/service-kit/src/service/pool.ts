import type { TenancyDb } from '@nexus/tenancy-db';

/** What the driver's pool tells of itself. */
interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  on(event: 'release', listener: (error: unknown) => void): unknown;
}

export interface PoolCounts {
  readonly idle: number;
  readonly busy: number;
  /** Transactions that wait for a connection. */
  readonly waiting: number;
}

/** A connection that was given back in good order so lately says that the database answers. */
const ALIVE_MS = 2_000;

/** Looks at the pool of a service's database: how full it is, and whether anything comes back from it. */
export class PoolWatch {
  readonly #db: TenancyDb;
  #watched: Pool | undefined;
  #lastReturn = Number.NEGATIVE_INFINITY;

  constructor(db: TenancyDb) {
    this.#db = db;
  }

  counts(): PoolCounts {
    const pool = this.#pool();
    if (pool === undefined) return { idle: 0, busy: 0, waiting: 0 };
    const { totalCount, idleCount, waitingCount } = pool;
    return { idle: idleCount, busy: totalCount - idleCount, waiting: waitingCount };
  }

  /**
   * True when the database answers. One that is busy with our own transactions does: a question of ours would wait behind
   * them, and a process that calls itself unable whenever it has much to do sends its load to the others until none is left.
   */
  async answers(): Promise<boolean> {
    this.#pool();
    return performance.now() - this.#lastReturn < ALIVE_MS || this.#db.ping();
  }

  /** There from the first connection on. */
  #pool(): Pool | undefined {
    const pool = (this.#db.dataSource.driver as unknown as { readonly master?: Pool }).master;
    if (pool !== undefined && pool !== this.#watched) {
      this.#watched = pool;
      pool.on('release', (error) => {
        if (error === undefined || error === null || error === false) this.#lastReturn = performance.now();
      });
    }
    return pool;
  }
}
