import type { Sample } from './metric.ts';

export interface GaugeGroupOptions {
  readonly service: string;
  /** Of the group, as a failure is counted under. */
  readonly name: string;
  readonly read: () => readonly Sample[] | Promise<readonly Sample[]>;
  /** How long what was read is shown again: scrapers are many, the database is one. Default 0: read each time. */
  readonly keepMs?: number;
  /** Longest that a scrape waits for it. Default 3,000. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 3_000;

/** Gauges that are read together. One reading at a time, however many scrape; one that hangs is not begun again. */
export class GaugeGroup {
  readonly #options: GaugeGroupOptions;
  readonly #failed: () => void;
  #kept: { readonly samples: readonly Sample[]; readonly until: number } | undefined;
  #reading: Promise<readonly Sample[]> | undefined;

  constructor(options: GaugeGroupOptions, failed: () => void) {
    this.#options = options;
    this.#failed = failed;
  }

  /** What was read now or a moment ago; nothing where it cannot be read in time. */
  async samples(): Promise<readonly Sample[]> {
    if (this.#kept !== undefined && performance.now() < this.#kept.until) return this.#kept.samples;
    const samples = await this.#withinTime();
    if (samples === undefined) this.#failed();
    return samples ?? [];
  }

  async #withinTime(): Promise<readonly Sample[] | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), this.#options.timeoutMs ?? TIMEOUT_MS);
    });
    try {
      return await Promise.race([this.#read(), late]);
    } catch {
      return undefined; // counted by the caller; an engine that is away is told of by those who need it
    } finally {
      clearTimeout(timer);
    }
  }

  #read(): Promise<readonly Sample[]> {
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readNow(): Promise<readonly Sample[]> {
    const samples = await this.#options.read();
    const { keepMs = 0 } = this.#options;
    if (keepMs > 0) this.#kept = { samples, until: performance.now() + keepMs };
    return samples;
  }
}
