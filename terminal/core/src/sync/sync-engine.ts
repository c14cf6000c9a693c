import type { AccessTokens } from '../enrolment/access-token.ts';
import type { BatchLimits } from '../journal/journal-reader.ts';
import { readUnsent, type Unsent } from '../journal/unsent.ts';
import { TransportError, type TransportFailure } from '../ports/transport.ts';
import { readSetting } from '../store/settings.ts';
import { factsOf, type TillContext } from '../till-context.ts';
import { Backoff } from './backoff.ts';
import { refreshFeed, type FeedReport } from './refresh-feed.ts';
import { sendJournal, type CloneFinding, type SendReport } from './send-journal.ts';

export interface SyncOptions {
  readonly limits?: BatchLimits;
  /** With nothing to do, the server hears from this till this often. */
  readonly heartbeatMs?: number;
  readonly backoffFirstMs?: number;
  readonly backoffMaxMs?: number;
}

/** `offline`: the last try failed, and the next waits for its back-off. */
export type SyncState = 'stopped' | 'working' | 'idle' | 'offline';

export interface SyncFailure {
  readonly failure: TransportFailure | 'internal';
  readonly code?: string | undefined;
  readonly message: string;
}

export interface SyncStatus {
  readonly state: SyncState;
  /** What only this device holds. A screen is green only where this is nothing. */
  readonly unsent: Unsent;
  /** Device time of the last answer. */
  readonly lastContact: number | null;
  /** `internal`: not the line's fault; the till goes on trying all the same. */
  readonly lastError: SyncFailure | null;
  /** This device's journal seems cloned or restored: it should go on in a new chain. */
  readonly clone: CloneFinding | null;
  readonly revoked: boolean;
}

const HEARTBEAT_MS = 60_000;

/**
 * Sends the journal and keeps the local copy fresh, by itself between `start` and `stop`, or step by step. Nothing here
 * is ever in the way of a sale.
 */
export class SyncEngine {
  readonly #ctx: TillContext;
  readonly #tokens: AccessTokens;
  readonly #options: SyncOptions;
  #state: SyncState = 'stopped';
  #lastContact: number | null = null;
  #lastError: SyncFailure | null = null;
  #stop: AbortController | null = null;
  #loops: Promise<unknown> = Promise.resolve();
  #wake: AbortController | null = null;
  #feedMoved = true;
  #sending: Promise<unknown> = Promise.resolve();

  constructor(ctx: TillContext, tokens: AccessTokens, options: SyncOptions = {}) {
    this.#ctx = ctx;
    this.#tokens = tokens;
    this.#options = options;
  }

  /** Sends what is unsent now. Two calls run one after the other. */
  async send(options: { readonly heartbeat?: boolean } = {}): Promise<SendReport> {
    const { limits } = this.#options;
    const result = this.#sending.then(() => sendJournal(this.#ctx, { ...options, ...(limits && { limits }) }));
    this.#sending = result.catch(() => undefined);
    return this.#noting(result);
  }

  /** Brings the local copy up to date now. */
  refresh(): Promise<FeedReport> {
    return this.#noting(refreshFeed(this.#ctx, this.#tokens));
  }

  start(): void {
    if (this.#stop) return;
    factsOf(this.#ctx.state);
    const stop = new AbortController();
    this.#stop = stop;
    this.#state = 'idle';
    this.#loops = Promise.all([this.#workLoop(stop.signal), this.#nudgeLoop(stop.signal)]);
  }

  /** Ends the loops; what is on the way is finished. */
  async stop(): Promise<void> {
    this.#stop?.abort();
    this.#wake?.abort();
    await this.#loops;
    await this.#sending;
    this.#stop = null;
    this.#state = 'stopped';
  }

  /** There is something to send. While the line is down this waits for the back-off like everything else. */
  poke(): void {
    if (this.#state !== 'offline') this.#wake?.abort();
  }

  /** The device says that the network is back. */
  retryNow(): void {
    this.#wake?.abort();
  }

  async status(): Promise<SyncStatus> {
    const { store, state } = this.#ctx;
    return {
      state: this.#state,
      unsent: await readUnsent(store),
      lastContact: this.#lastContact,
      lastError: this.#lastError,
      clone: await readSetting<CloneFinding>(store, 'clone'),
      revoked: state.facts !== null && factsOf(state).terminal.revokedAt !== null,
    };
  }

  async #noting<T>(work: Promise<T>): Promise<T> {
    try {
      const result = await work;
      this.#lastContact = this.#ctx.ports.clock.nowMs();
      this.#lastError = null;
      return result;
    } catch (error) {
      this.#lastError = describeFailure(error);
      throw error;
    }
  }

  async #workLoop(signal: AbortSignal): Promise<void> {
    const backoff = this.#backoff();
    while (!signal.aborted) {
      const waitMs = await this.#workOnce(backoff);
      await this.#rest(waitMs, signal);
    }
  }

  /** Returns how long to rest. */
  async #workOnce(backoff: Backoff): Promise<number> {
    this.#wake = new AbortController();
    this.#state = 'working';
    try {
      await this.send({ heartbeat: true });
      if (this.#feedMoved) {
        this.#feedMoved = false;
        await this.refresh();
      }
      backoff.reset();
      this.#state = 'idle';
      return this.#options.heartbeatMs ?? HEARTBEAT_MS;
    } catch {
      // Noted in the status by `#noting`. Nothing may end this loop but `stop`: sales wait behind it.
      this.#feedMoved = true;
      this.#state = 'offline';
      return backoff.next();
    }
  }

  async #nudgeLoop(signal: AbortSignal): Promise<void> {
    const backoff = this.#backoff();
    while (!signal.aborted) {
      try {
        await this.#tokens.use((token) =>
          this.#ctx.ports.transport.nudges(
            token,
            () => {
              backoff.reset();
              this.#feedMoved = true;
              this.poke();
            },
            signal,
          ),
        );
      } catch (error) {
        this.#lastError = describeFailure(error);
        // What moved while the line was down would not be told again.
        this.#feedMoved = true;
        await this.#ctx.ports.sleep(backoff.next(), signal);
      }
    }
  }

  #rest(ms: number, signal: AbortSignal): Promise<void> {
    const wake = this.#wake?.signal;
    return this.#ctx.ports.sleep(ms, wake ? AbortSignal.any([signal, wake]) : signal);
  }

  #backoff(): Backoff {
    return new Backoff({
      firstMs: this.#options.backoffFirstMs ?? 1000,
      maxMs: this.#options.backoffMaxMs ?? 300_000,
      random: this.#ctx.ports.random,
    });
  }
}

const describeFailure = (error: unknown): SyncFailure =>
  error instanceof TransportError
    ? { failure: error.failure, code: error.code, message: error.message }
    : { failure: 'internal', message: error instanceof Error ? error.message : String(error) };
