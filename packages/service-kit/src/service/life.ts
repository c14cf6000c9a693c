import type { Logger, Telemetry } from '@nexus/telemetry';
import type { RunningService } from './define-service.ts';
import type { Measured } from './measured.ts';

/** The process as far as running services needs it. */
export interface ProcessHandle {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  exit(code: number): void;
}

export interface LifeParts {
  readonly starting: readonly Promise<RunningService>[];
  readonly telemetry: Telemetry;
  readonly measured: Measured;
  readonly logger: Logger;
  readonly timeoutMs: number;
  readonly stopping: AbortController;
  readonly host: ProcessHandle;
}

/** The end of a process: once, in order, and certain. */
export class Life {
  readonly #parts: LifeParts;
  readonly #logger: Logger;
  readonly #host: ProcessHandle;
  #ending = false;

  constructor(parts: LifeParts) {
    this.#parts = parts;
    this.#logger = parts.logger;
    this.#host = parts.host;
  }

  signalled(signal: string): void {
    if (this.#ending) {
      this.#logger.warn({ signal }, 'told again: stopping at once');
      this.#host.exit(1);
      return;
    }
    this.#logger.info({ signal }, 'stopping');
    void this.#end(0);
  }

  broken(error: unknown, what: string): void {
    this.#logger.fatal({ err: error }, what);
    void this.#end(1);
  }

  async #end(code: number): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    const { starting, telemetry, measured, timeoutMs, stopping } = this.#parts;
    stopping.abort();
    const late = setTimeout(() => {
      this.#logger.fatal({ timeoutMs }, 'the stop took too long');
      this.#host.exit(1);
    }, timeoutMs);
    const results = await Promise.all(starting.map((started) => this.#stop(started)));
    // Scraped until here: what a stop waits for is seen.
    await measured.stop();
    await telemetry.shutdown();
    clearTimeout(late);
    this.#logger.info('stopped');
    this.#host.exit(results.every(Boolean) ? code : 1);
  }

  /** A service that is still starting is waited for, and then stopped; one that could not start has nothing to stop. */
  async #stop(started: Promise<RunningService>): Promise<boolean> {
    const running = await started.catch(() => undefined);
    try {
      await running?.stop();
      return true;
    } catch (error) {
      this.#logger.error({ err: error }, 'a service did not stop in order');
      return false;
    }
  }
}
