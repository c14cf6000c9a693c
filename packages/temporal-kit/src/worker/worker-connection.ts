import type { Logger } from '@nexus/telemetry';
import { NativeConnection } from '@temporalio/worker';
import { installRuntime } from './runtime.ts';

/**
 * The native connection that all workers of a process share, made when the first of them needs it and made again after
 * a failure.
 */
export class WorkerConnection {
  readonly #address: string;
  readonly #logger: Logger;
  readonly #install: (logger: Logger) => void;
  #opening: Promise<NativeConnection> | undefined;

  constructor(address: string, logger: Logger, install: (logger: Logger) => void = installRuntime) {
    this.#address = address;
    this.#logger = logger;
    this.#install = install;
  }

  get(): Promise<NativeConnection> {
    if (this.#opening === undefined) {
      const opening = this.#open();
      this.#opening = opening;
      opening.catch(() => {
        if (this.#opening === opening) this.#opening = undefined;
      });
    }
    return this.#opening;
  }

  /** Only after every worker on it has ended. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    const connection = await opening?.catch(() => undefined); // never opened: nothing to close
    await connection?.close();
  }

  async #open(): Promise<NativeConnection> {
    this.#install(this.#logger);
    return NativeConnection.connect({ address: this.#address });
  }
}
