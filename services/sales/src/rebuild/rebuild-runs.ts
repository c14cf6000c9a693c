import { setTimeout as sleep } from 'node:timers/promises';
import type { RebuildRun } from '@nexus/contracts';
import type { Background } from '@nexus/service-kit';
import type { Logger } from '@nexus/telemetry';
import type { TenancyDb, TenantContext } from '@nexus/tenancy-db';
import { rebuildProjections } from './rebuild-projections.ts';
import { beatRun, beginRun, endRun, readRun } from './rebuild-run.repository.ts';

const BEAT_MS = 1_000;

/**
 * Rebuilds that go on while nobody waits: a large chain's takes longer than any request may. Each says once a second how
 * far it is, in a row of its own; a process that dies leaves the projections as they were.
 */
export class RebuildRuns implements Background {
  readonly #db: TenancyDb;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(db: TenancyDb, logger: Logger) {
    this.#db = db;
    this.#logger = logger;
  }

  start(): void {
    // Nothing runs by itself: a run begins when somebody asks for it.
  }

  /** Breaks off what runs: its transaction is rolled back. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  /** Begins one. SAL-1001 while one of this tenant runs, here or elsewhere. */
  async begin(ctx: TenantContext): Promise<RebuildRun> {
    const id = await this.#db.tx(ctx, beginRun);
    const run = this.#run(ctx, id).finally(() => this.#running.delete(run));
    this.#running.add(run);
    return { id, state: 'running', events: 0 };
  }

  read(ctx: TenantContext, id: string): Promise<RebuildRun> {
    return this.#db.tx(ctx, (tx) => readRun(tx, id));
  }

  async #run(ctx: TenantContext, id: string): Promise<void> {
    const over = new AbortController();
    let events = 0;
    const beating = this.#beat(ctx, id, () => events, over.signal);
    const outcome = await rebuildProjections(this.#db, ctx, (read) => {
      this.#stopping.signal.throwIfAborted();
      events = read;
    }).then(
      (report) => ({ report: { ...report, tables: [...report.tables] } }),
      (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
    );
    over.abort();
    await beating;
    this.#logger.info({ tenant: ctx.tenantId, run: id, ...outcome }, 'a rebuild of projections ended');
    // The reader is told in any case: a run that is silent for a minute counts as failed.
    await this.#db
      .tx(ctx, (tx) => endRun(tx, id, outcome))
      .catch((error: unknown) => this.#logger.error({ err: error, run: id }, 'the end of a rebuild was not noted'));
  }

  async #beat(ctx: TenantContext, id: string, events: () => number, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await sleep(BEAT_MS, undefined, { signal: over }).catch(() => undefined); // aborted: the run is over
      if (over.aborted) return;
      await this.#db
        .tx(ctx, (tx) => beatRun(tx, id, events()))
        .catch((error: unknown) => this.#logger.warn({ err: error, run: id }, 'a rebuild could not say how far it is'));
    }
  }
}
