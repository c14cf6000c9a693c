import type { HeadlessTillOptions } from '@nexus/terminal-headless';

/** A till's clock: the real one, but for the moments at which it lives in the days of the file. */
export class SimulatedClock implements NonNullable<HeadlessTillOptions['clock']> {
  #at: number | undefined;

  nowMs(): number {
    return this.#at ?? Date.now();
  }

  /** Does something at an instant of the file (epoch milliseconds). The line to the platform is used outside of it. */
  async at<T>(instantMs: number, work: () => Promise<T>): Promise<T> {
    this.#at = instantMs;
    try {
      return await work();
    } finally {
      this.#at = undefined;
    }
  }
}
