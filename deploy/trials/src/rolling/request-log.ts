/** A request that did not end as it should have. */
export interface Failure {
  /** Whose: `till`, `reader` … */
  readonly client: string;
  readonly what: string;
  /** `502 NX-3005`, `ECONNRESET`, … */
  readonly how: string;
  /** What was going on. */
  readonly phase: string;
  /** Milliseconds since the log began. */
  readonly atMs: number;
}

export interface Count {
  readonly requests: number;
  readonly failed: number;
}

/** Failures that are kept with all they say; the rest is counted. */
const MAX_KEPT = 100;
const NONE: Count = { requests: 0, failed: 0 };

/** Every request of every client, counted where it ended. Nothing is tried again here, so nothing is hidden. */
export class RequestLog {
  readonly #begun = performance.now();
  readonly #byPhase = new Map<string, Count>();
  readonly #byClient = new Map<string, Count>();
  readonly failures: Failure[] = [];
  #phase: string;

  constructor(phase: string) {
    this.#phase = phase;
  }

  /** What is going on from now on. */
  enter(phase: string): void {
    this.#phase = phase;
  }

  /** Notes a request that has ended, with how it failed. */
  note(client: string, what: string, how?: string): void {
    const failed = how === undefined ? 0 : 1;
    add(this.#byPhase, this.#phase, failed);
    add(this.#byClient, client, failed);
    if (how !== undefined && this.failures.length < MAX_KEPT) {
      this.failures.push({ client, what, how, phase: this.#phase, atMs: Math.round(performance.now() - this.#begun) });
    }
  }

  during(phase: string): Count {
    return this.#byPhase.get(phase) ?? NONE;
  }

  get clients(): readonly (readonly [string, Count])[] {
    return [...this.#byClient].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  get total(): Count {
    return [...this.#byClient.values()].reduce(
      (sum, one) => ({ requests: sum.requests + one.requests, failed: sum.failed + one.failed }),
      NONE,
    );
  }
}

function add(counts: Map<string, Count>, key: string, failed: number): void {
  const { requests, failed: before } = counts.get(key) ?? NONE;
  counts.set(key, { requests: requests + 1, failed: before + failed });
}

/** The system's own word for what broke; the innermost, as `fetch` itself only says that it failed. */
export function breakOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return breakOf(error.cause);
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : `${error.name}: ${error.message}`.slice(0, 200);
}

/** Status and, where it is a problem of ours, its code. */
export function refusalOf(status: number, body: string): string {
  const code = /"code":"([A-Z]{2,4}-\d{4})"/.exec(body.slice(0, 10_000))?.[1];
  return code === undefined ? String(status) : `${status} ${code}`;
}
