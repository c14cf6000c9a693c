import type { RandomBytes } from '@nexus/journal';

/** Waits that double from `firstMs` to at most `maxMs`, each drawn from its upper half so that tills do not march in step. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: RandomBytes;
  #failures = 0;

  constructor(options: { firstMs: number; maxMs: number; random: RandomBytes }) {
    this.#firstMs = options.firstMs;
    this.#maxMs = options.maxMs;
    this.#random = options.random;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const full = Math.min(this.#maxMs, this.#firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures++;
    const share = (this.#random(1)[0] ?? 0) / 255;
    return Math.round(full / 2 + (full / 2) * share);
  }

  reset(): void {
    this.#failures = 0;
  }
}
