/** True when the process can do that part of its essential work. */
export type ReadinessCheck = () => boolean | Promise<boolean>;

export interface CheckOptions {
  /**
   * How long a check that passed before may fail until the process counts as not ready, milliseconds. For engines that
   * every process shares: their blip must not take all of them out of service at once. Default 0.
   */
  readonly graceMs?: number;
}

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, boolean>>;
}

const CHECK_TIMEOUT_MS = 1_000;
/** Answers are kept for a moment: a prober per pod must not become load on the database. */
const FRESH_MS = 500;

/**
 * State behind `/livez`, `/startupz` and `/readyz`. A check names what a service cannot work without; an engine it can do
 * without for a while (for sync: NATS, Temporal) is no check. `now` is milliseconds that never go back.
 */
export class Health {
  readonly #checks = new Map<string, Check>();
  readonly #now: () => number;
  #started = false;
  #draining = false;
  #last: { at: number; report: Promise<ReadinessReport> } | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  addCheck(name: string, check: ReadinessCheck, options: CheckOptions = {}): void {
    this.#checks.set(name, new Check(check, options.graceMs ?? 0, this.#now));
  }

  markStarted(): void {
    this.#started = true;
  }

  /** From now on not ready: nothing new is sent here while what is in hand gets done. */
  drain(): void {
    this.#draining = true;
  }

  get started(): boolean {
    return this.#started;
  }

  get draining(): boolean {
    return this.#draining;
  }

  async readiness(): Promise<ReadinessReport> {
    if (this.#draining || !this.#started)
      return { ready: false, checks: { started: this.#started && !this.#draining } };
    const now = this.#now();
    if (this.#last === undefined || now - this.#last.at > FRESH_MS) this.#last = { at: now, report: this.#run() };
    return this.#last.report;
  }

  async #run(): Promise<ReadinessReport> {
    const results = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await check.passes()] as const),
    );
    return { ready: results.every(([, passed]) => passed), checks: Object.fromEntries(results) };
  }
}

/** One check, with what is remembered of it. */
class Check {
  readonly #check: ReadinessCheck;
  readonly #graceMs: number;
  readonly #now: () => number;
  #inHand: Promise<boolean> | undefined;
  #lastPassed: number | undefined;

  constructor(check: ReadinessCheck, graceMs: number, now: () => number) {
    this.#check = check;
    this.#graceMs = graceMs;
    this.#now = now;
  }

  async passes(): Promise<boolean> {
    if (await this.#passesNow()) {
      this.#lastPassed = this.#now();
      return true;
    }
    return this.#lastPassed !== undefined && this.#now() - this.#lastPassed < this.#graceMs;
  }

  /** One that throws or takes too long has failed. One that hangs is not begun again: it would hold more and more. */
  async #passesNow(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), CHECK_TIMEOUT_MS);
    });
    try {
      return await Promise.race([this.#begun(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #begun(): Promise<boolean> {
    this.#inHand ??= Promise.resolve()
      .then(() => this.#check())
      .catch(() => false)
      .finally(() => {
        this.#inHand = undefined;
      });
    return this.#inHand;
  }
}
