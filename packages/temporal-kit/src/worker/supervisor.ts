import type { Logger } from '@nexus/telemetry';

/** What is kept running: `run` resolves after `shutdown`, and rejects or returns early when it broke. */
export interface Runnable {
  run(): Promise<void>;
  shutdown(): void;
}

export interface SupervisorOptions {
  readonly name: string;
  /** Makes the next one. Rejects while the server is away. */
  readonly create: () => Promise<Runnable>;
  readonly logger: Logger;
  /** First pause after a failure; doubles up to `maxBackoffMs`. */
  readonly backoffMs?: number;
  readonly maxBackoffMs?: number;
}

const HEALTHY_AFTER_MS = 30_000;

/**
 * Keeps a worker alive: it is made when the server is there, made again when it broke, and stopped in order. A worker
 * that ran for a while has proved itself: its next failure starts with a short pause again.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #current: Runnable | undefined;
  #loop: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Begins, now or as soon as the server is there. */
  start(): void {
    this.#loop ??= this.#run();
  }

  isRunning(): boolean {
    return this.#current !== undefined;
  }

  /** Takes nothing new, lets what is in hand end, and resolves when it has. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    this.#current?.shutdown();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { name, create, logger, backoffMs = 500, maxBackoffMs = 10_000 } = this.#options;
    let failures = 0;
    while (!this.#stopping) {
      const startedAt = Date.now();
      try {
        const runnable = await create();
        await this.#until(runnable);
        if (!this.#stopping) throw new Error('the worker ended by itself');
      } catch (error) {
        if (this.#stopping) {
          logger.warn({ err: error, worker: name }, 'a worker failed while it stopped');
          return;
        }
        if (Date.now() - startedAt > HEALTHY_AFTER_MS) failures = 0;
        if (failures === 0) logger.warn({ err: error, worker: name }, 'a worker cannot run; trying until it does');
        const pauseMs = Math.min(backoffMs * 2 ** failures, maxBackoffMs);
        failures += 1;
        await this.#pause(pauseMs);
      }
    }
  }

  async #until(runnable: Runnable): Promise<void> {
    const running = runnable.run();
    this.#current = runnable;
    if (this.#stopping) runnable.shutdown();
    try {
      await running;
    } finally {
      this.#current = undefined;
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stopping) this.#wake();
    });
  }
}
