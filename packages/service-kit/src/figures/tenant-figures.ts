import { NexusError } from '@nexus/contracts';
import type { Logger } from '@nexus/telemetry';
import type { SharedTx, TenancyDb, TenantTx } from '@nexus/tenancy-db';
import {
  alignTenants,
  claimFigures,
  saveFigures,
  wantFigures,
  type Claim,
  type Counted,
} from './tenant-figure.repository.ts';

/** A figure that is counted in each tenant's schema and read for all tenants together. */
export interface TenantFigure {
  readonly name: string;
  /** Counts for one tenant; what it gives is kept as JSON. Must be quick: it is asked again whenever something changed. */
  readonly count: (tx: TenantTx) => Promise<object>;
  /** Notes in `tenant_figure` which tenants changed, where the shared schema says so. */
  readonly notice?: (tx: SharedTx) => Promise<void>;
}

export interface TenantFiguresOptions {
  readonly db: TenancyDb;
  readonly logger: Logger;
  /** Pause between two rounds, and the least between two counts of the same figure. Default 10,000. */
  readonly everyMs?: number;
}

const EVERY_MS = 10_000;
/** Tenants counted in one round: with more than these busy at once each is counted less often, not the database more. */
const ROUND = 20;
/** Rounds after which new tenants get their rows: the first, and then every five minutes. */
const ALIGN_EVERY = 30;
const MAX_CHANGED = 10_000;
const COUNT_TIMEOUT_MS = 5_000;
const FAILURES_TOLD = 60;

/**
 * Keeps figures of all tenants up to date in the shared schema, so that a scrape touches no tenant. Costs one short
 * statement a round while nothing changes, one transaction for each tenant that did, and one an hour for each that did not.
 */
export class TenantFigures {
  readonly #options: TenantFiguresOptions;
  readonly #figures = new Map<string, TenantFigure>();
  readonly #changed = new Map<string, { readonly tenantId: string; readonly name: string }>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #rounds = 0;
  #failures = 0;
  #running = false;

  constructor(options: TenantFiguresOptions) {
    this.#options = options;
  }

  /** Before `start`. */
  add(figures: readonly TenantFigure[]): void {
    for (const figure of figures) this.#figures.set(figure.name, figure);
  }

  /** A figure of a tenant is not what it was. Costs nothing; what is forgotten is found within the hour. */
  changed(name: string, tenantId: string): void {
    if (this.#running && this.#changed.size < MAX_CHANGED) this.#changed.set(`${name}/${tenantId}`, { tenantId, name });
  }

  start(): void {
    this.#running = true;
    this.#schedule(0);
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #schedule(delayMs: number): void {
    if (!this.#running) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#count().catch((error: unknown) => this.#failed(error));
      void this.#round.then(() => this.#schedule(this.#options.everyMs ?? EVERY_MS));
    }, delayMs);
    this.#timer.unref();
  }

  /** Figures are for watching: nothing else waits for them. Told now and then, not each time. */
  #failed(error: unknown): void {
    this.#failures += 1;
    if (this.#failures % FAILURES_TOLD === 1)
      this.#options.logger.warn({ err: error, failures: this.#failures }, 'tenants’ figures could not be counted');
  }

  async #count(): Promise<void> {
    const { db } = this.#options;
    const names = [...this.#figures.keys()];
    const changed = [...this.#changed.values()];
    this.#changed.clear();
    const align = this.#rounds % ALIGN_EVERY === 0;
    const claims = await db.shared(async (tx) => {
      if (align) await alignTenants(tx, names);
      if (changed.length > 0) await wantFigures(tx, changed);
      for (const { notice } of this.#figures.values()) await notice?.(tx);
      return claimFigures(tx, names, ROUND, this.#options.everyMs ?? EVERY_MS);
    });
    this.#rounds += 1;
    const counted: Counted[] = [];
    for (const claim of claims) {
      if (!this.#running) return;
      const figures = await this.#countOne(claim);
      if (figures !== undefined) counted.push({ ...claim, figures });
    }
    if (counted.length > 0) await db.shared((tx) => saveFigures(tx, counted));
  }

  /** Undefined for a tenant that cannot be counted now: its turn comes again, and the others' meanwhile. */
  async #countOne({ tenantId, name }: Claim): Promise<object | undefined> {
    const figure = this.#figures.get(name);
    const options = { statementTimeoutMs: COUNT_TIMEOUT_MS };
    try {
      return await this.#options.db.tx({ tenantId }, async (tx) => figure?.count(tx), options);
    } catch (error) {
      const code = error instanceof NexusError ? error.code : undefined;
      if (code === 'NX-3001') throw error;
      // Without a schema (any more), or behind in its migration: nothing to tell.
      if (code !== 'NX-3002' && code !== 'NX-3003') this.#failed(error);
      return undefined;
    }
  }
}
