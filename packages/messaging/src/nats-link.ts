import { NexusError } from '@nexus/contracts';
import type { Logger } from '@nexus/telemetry';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Neighbours } from './rpc/neighbours.ts';

export interface NatsLinkOptions {
  /** `nats://user:password@host:port`, several separated by commas. */
  readonly url: string;
  /** Name of this client, as the server's monitoring shows it. */
  readonly name: string;
  readonly logger: Logger;
  /** Services of the same process, where it holds several. */
  readonly neighbours?: Neighbours;
}

const RETRY_MS = 1_000;
const PATIENCE_MS = 3_000;

/**
 * A connection to NATS that is there, or on its way, for as long as the process lives: a service starts while NATS is
 * away and works as far as it can; the connection comes back by itself.
 */
export class NatsLink {
  readonly neighbours: Neighbours | undefined;
  readonly #options: NatsLinkOptions;
  #connection: NatsConnection | undefined;
  #opening: Promise<NatsConnection>;
  /** Resolved by `close`: what waits for the next try waits no longer. */
  readonly #closed = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(options: NatsLinkOptions) {
    this.neighbours = options.neighbours;
    this.#options = options;
    this.#opening = this.#open();
    this.#opening.catch(() => undefined); // whoever waits for it hears of it
  }

  /** True while messages flow. */
  isUp(): boolean {
    return this.#connection !== undefined && !this.#connection.isClosed() && this.#connected;
  }

  /** The connection, at the latest after `patienceMs`; NX-3001 where there is none by then. */
  async connection(patienceMs = PATIENCE_MS): Promise<NatsConnection> {
    if (this.#connection !== undefined) return this.#connection;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new NexusError('NX-3001', 'NATS is not available')), patienceMs);
    });
    try {
      return await Promise.race([this.#opening, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The connection as soon as there is one, however long that takes; rejects when the link is closed before. */
  whenConnected(): Promise<NatsConnection> {
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closed.resolve();
    const connection = this.#connection;
    if (connection !== undefined && !connection.isClosed()) await connection.close();
  }

  #connected = false;

  async #open(): Promise<NatsConnection> {
    const { url, name, logger } = this.#options;
    const { username, password } = new URL(url.split(',')[0] ?? url);
    const servers = url.split(',').map((server) => new URL(server).host);
    for (let attempt = 1; ; attempt += 1) {
      if (this.#isClosed) throw new NexusError('NX-3001', 'The connection to NATS was closed');
      try {
        const connection = await connect({
          servers,
          name,
          ...(username === '' ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
          maxReconnectAttempts: -1,
          reconnectTimeWait: 250,
          reconnectJitter: 250,
          pingInterval: 20_000,
          timeout: 5_000,
        });
        this.#connection = connection;
        this.#connected = true;
        void this.#watch(connection);
        if (this.#isClosed) await connection.close();
        return connection;
      } catch (error) {
        if (attempt === 1) logger.warn({ err: error }, 'NATS is not reachable yet; trying until it is');
        await this.#pause();
      }
    }
  }

  async #pause(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const next = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, RETRY_MS);
    });
    await Promise.race([next, this.#closed.promise]);
    clearTimeout(timer);
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        this.#connected = false;
        this.#options.logger.warn('the connection to NATS is lost; reconnecting');
      } else if (status.type === 'reconnect') {
        this.#connected = true;
        this.#options.logger.info('the connection to NATS is back');
      }
    }
    this.#connected = false;
  }
}

export const openNats = (options: NatsLinkOptions): NatsLink => new NatsLink(options);
