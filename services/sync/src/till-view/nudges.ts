import type { Background } from '@nexus/service-kit';
import type { NatsLink } from '@nexus/messaging';
import type { Logger } from '@nexus/telemetry';
import type { Subscription } from '@nats-io/transport-node';

/** Who is told when a tenant's feed moved. */
export interface NudgeListener {
  readonly tenantId: string;
  /** The terminal that listens: one of a terminal's streams too many ends the oldest. */
  readonly terminalId: string;
  readonly nudge: () => void;
  readonly end: () => void;
}

const SUBJECT = 'nudge.sync';
/** Streams of one terminal: the one in use and the one that is about to replace it. */
const MAX_STREAMS_OF_TERMINAL = 2;

/**
 * Tells tills that their feed has moved: those connected here, and by plain NATS those connected to other processes. A
 * nudge that gets lost costs nothing but time, tills ask now and then anyway.
 */
export class Nudges implements Background {
  readonly #nats: NatsLink;
  readonly #logger: Logger;
  readonly #listeners = new Map<string, Set<NudgeListener>>();
  #subscription: Subscription | undefined;
  #stopped = false;

  constructor(nats: NatsLink, logger: Logger) {
    this.#nats = nats;
    this.#logger = logger;
  }

  start(): void {
    void this.#nats.whenConnected().then(
      (connection) => {
        if (this.#stopped) return;
        this.#subscription = connection.subscribe(`${SUBJECT}.*`, {
          callback: (error, message) => {
            if (error === null) this.#tell(message.subject.slice(SUBJECT.length + 1));
          },
        });
      },
      () => undefined, // closed before it ever connected
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#subscription?.unsubscribe();
    for (const listeners of this.#listeners.values()) for (const listener of [...listeners]) listener.end();
  }

  /** Called after the commit that changed a tenant's feed. */
  moved(tenantId: string): void {
    this.#tell(tenantId);
    if (!this.#nats.isUp()) return;
    this.#nats
      .connection()
      .then((connection) => connection.publish(`${SUBJECT}.${tenantId}`))
      .catch((error: unknown) => this.#logger.debug({ err: error }, 'a nudge could not be passed on'));
  }

  /** Ends the streams of a terminal: a revoked one hears nothing more. */
  drop(tenantId: string, terminalId: string): void {
    for (const listener of [...(this.#listeners.get(tenantId) ?? [])])
      if (listener.terminalId === terminalId) listener.end();
  }

  /** Adds a listener; the returned function takes it away. */
  add(listener: NudgeListener): () => void {
    const listeners = this.#listeners.get(listener.tenantId) ?? new Set();
    this.#listeners.set(listener.tenantId, listeners);
    const same = [...listeners].filter(({ terminalId }) => terminalId === listener.terminalId);
    if (same.length >= MAX_STREAMS_OF_TERMINAL) same[0]?.end();
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(listener.tenantId) === listeners)
        this.#listeners.delete(listener.tenantId);
    };
  }

  #tell(tenantId: string): void {
    for (const listener of this.#listeners.get(tenantId) ?? []) listener.nudge();
  }
}

/**
 * The nudges for one stream, until it is ended or `signal` is aborted. However many come while the client is slow, one
 * is kept for it: a nudge only says that there is something. The first comes at once: whoever begins to listen, as all do
 * again when a process is replaced, may have missed what moved until now.
 */
export async function* listen(
  nudges: Nudges,
  who: { readonly tenantId: string; readonly terminalId: string },
  signal: AbortSignal,
): AsyncGenerator<undefined> {
  let pending = true;
  let ended = signal.aborted;
  let wake: () => void = () => undefined;
  const listener: NudgeListener = {
    ...who,
    nudge: () => {
      pending = true;
      wake();
    },
    end: () => {
      ended = true;
      wake();
    },
  };
  const remove = nudges.add(listener);
  signal.addEventListener('abort', listener.end, { once: true });
  try {
    for (;;) {
      if (ended) return;
      if (pending) {
        pending = false;
        yield undefined;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal.removeEventListener('abort', listener.end);
    remove();
  }
}
