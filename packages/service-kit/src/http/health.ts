/** True when the process can do that part of its essential work. */
export type ReadinessCheck = () => boolean | Promise<boolean>;

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, boolean>>;
}

const CHECK_TIMEOUT_MS = 1_000;
/** Answers are kept for a moment: a prober per pod must not become load on the database. */
const FRESH_MS = 500;

/**
 * State behind `/livez`, `/startupz` and `/readyz`. A check names what a service cannot work without; an engine it can do
 * without for a while (for sync: NATS, Temporal) is no check.
 */
export class Health {
  readonly #checks = new Map<string, ReadinessCheck>();
  #started = false;
  #draining = false;
  #last: { at: number; report: Promise<ReadinessReport> } | undefined;

  addCheck(name: string, check: ReadinessCheck): void {
    this.#checks.set(name, check);
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
    const now = Date.now();
    if (this.#last === undefined || now - this.#last.at > FRESH_MS) this.#last = { at: now, report: this.#run() };
    return this.#last.report;
  }

  async #run(): Promise<ReadinessReport> {
    const results = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await passes(check)] as const),
    );
    return { ready: results.every(([, passed]) => passed), checks: Object.fromEntries(results) };
  }
}

/** A check that throws or takes too long has failed. */
async function passes(check: ReadinessCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([Promise.resolve(check()), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
