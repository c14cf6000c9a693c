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
  #opening: Promise<NativeConnection> | undefined;

  constructor(address: string, logger: Logger) {
    this.#address = address;
    this.#logger = logger;
  }

  get(): Promise<NativeConnection> {
    this.#opening ??= this.#open();
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
    installRuntime(this.#logger);
    try {
      return await NativeConnection.connect({ address: this.#address });
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}
