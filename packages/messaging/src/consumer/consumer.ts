import { eventStream, NexusError, readEvents, type EventEnvelope } from '@nexus/contracts';
import { outcomeOf, secondsSince, withRemoteTrace } from '@nexus/telemetry';
import { isUnavailable } from '@nexus/tenancy-db';
import { AckPolicy, DeliverPolicy, jetstream, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { digestFailedMessage } from '../failed-message/retry-failed-message.ts';
import { DamagedEventError, readEventMessage } from '../event-log/event-message.ts';
import { callRpc } from '../rpc/ask.ts';
import { ensureStream } from '../stream.ts';
import { following, lockCursor, moveCursor, PoisonError, runHandlers, setAside, type Cursor } from './apply.ts';
import type { EventHandler } from './handler.ts';
import { HeadSweep } from './head-sweep.ts';
import type { ConsumerOptions } from './options.ts';

/** Messages one tenant's transaction takes at most. */
const BATCH = 16;
const PARALLEL_TENANTS = 4;
/** Tries of a batch before its poison is looked for, one message at a time. */
const TRIES = 4;
const REPAIR_PAGE = 100;
/** A sweep that found somebody behind is followed by another so soon: it may only have been quicker than the stream. */
const SUSPECT_MS = 1_000;

interface Delivery {
  readonly event: EventEnvelope;
  readonly message: JsMsg;
}

/**
 * Applies another service's events: a durable pull consumer for the speed, the cursor in our own database for the
 * truth. Holes are read from the owner's log; a sweep notices what no message ever told.
 */
export class EventConsumer {
  readonly #options: ConsumerOptions;
  readonly #handlers: ReadonlyMap<string, EventHandler>;
  readonly #parallel: number;
  /** Messages fetched ahead. */
  readonly #prefetch: number;
  readonly #queues = new Map<string, Delivery[]>();
  readonly #behind = new Set<string>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #heads: HeadSweep;
  #messages: ConsumerMessages | undefined;
  #loop: Promise<void> | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #trouble = true;
  #running = false;
  #stop: () => void = () => undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#parallel = options.parallelTenants ?? PARALLEL_TENANTS;
    this.#prefetch = this.#parallel * BATCH;
    this.#heads = new HeadSweep(options);
    this.#handlers = new Map(options.handlers.map((handler) => [handler.definition.kind, handler]));
  }

  start(): void {
    this.#running = true;
    const stopped = new Promise<void>((resolve) => {
      this.#stop = resolve;
    });
    this.#loop = this.#consume(stopped);
    this.#scheduleSweep(1_000);
  }

  /**
   * Takes no more messages, finishes the transactions in hand. What was fetched ahead is given back, so that another
   * process gets it at once and not when NATS has waited in vain for an acknowledgement.
   */
  async stop(): Promise<void> {
    this.#running = false;
    this.#stop();
    clearTimeout(this.#sweepTimer);
    this.#messages?.stop();
    await Promise.allSettled([this.#loop, this.#sweeping, ...this.#working.values()]);
    for (const queue of this.#queues.values()) for (const { message } of queue) message.nak();
    this.#queues.clear();
  }

  /** Tenants with work in hand or waiting: 0 when everything that was heard of is applied. */
  backlog(): number {
    return this.#queues.size + this.#behind.size + this.#working.size;
  }

  async #consume(stopped: Promise<void>): Promise<void> {
    const { nats, logger, source } = this.#options;
    for (let failures = 0; this.#running;) {
      try {
        const connection = await Promise.race([nats.whenConnected(), stopped]);
        if (connection === undefined) return;
        await this.#follow(connection);
        failures = 0;
      } catch (error) {
        if (!this.#running) return;
        failures += 1;
        if (failures === 1 || failures % 20 === 0)
          logger.warn({ err: error, source, failures }, 'the event stream cannot be read; will try again');
      }
      this.#trouble = true;
      await Promise.race([stopped, pause(Math.min(250 * 2 ** failures, 10_000))]);
    }
  }

  /** Reads messages until the consumer or its stream is gone, or the connection is closed. */
  async #follow(connection: NatsConnection): Promise<void> {
    const { db, source, streamReplicas: replicas, logger } = this.#options;
    const manager = await ensureStream(connection, source, { replicas, logger });
    await manager.consumers.add(eventStream(source), {
      durable_name: db.service,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: 60e9,
      max_ack_pending: 1_000,
    });
    const consumer = await jetstream(connection).consumers.get(eventStream(source), db.service);
    const messages = await consumer.consume({
      max_messages: this.#prefetch,
      expires: 30_000,
      abort_on_missing_resource: true,
    });
    this.#messages = messages;
    if (this.#stopping()) messages.stop(); // `stop` came while the consumer was being made
    for await (const message of messages) {
      if (this.#running) this.#receive(message);
      else message.nak();
      while (this.#running && this.#queued() >= this.#prefetch) await Promise.race(this.#working.values());
    }
  }

  /** Asked after an await: the compiler does not know that `stop` may have run meanwhile. */
  #stopping(): boolean {
    return !this.#running;
  }

  #queued(): number {
    let total = 0;
    for (const queue of this.#queues.values()) total += queue.length;
    return total;
  }

  #receive(message: JsMsg): void {
    let event: EventEnvelope;
    try {
      event = readEventMessage(message.data);
    } catch (error) {
      // Not ours to lose: the owner's log has the event, and the gap it leaves is read from there.
      this.#options.logger.error({ err: error, subject: message.subject }, 'a message is no event');
      message.term();
      return;
    }
    // The subject was written by the owner for exactly one tenant; a body that says otherwise is not believed.
    const tenant = message.subject.split('.')[2] ?? '';
    if (event.tenant !== tenant || event.service !== this.#options.source) {
      this.#options.logger.error(
        { subject: message.subject, tenant: event.tenant },
        'a message names another tenant than its subject',
      );
      message.term();
      return;
    }
    const queue = this.#queues.get(tenant) ?? [];
    queue.push({ event, message });
    this.#queues.set(tenant, queue);
    this.#pump();
  }

  #pump(): void {
    for (const tenant of [...this.#queues.keys(), ...this.#behind]) {
      if (this.#working.size >= this.#parallel) return;
      if (this.#working.has(tenant)) continue;
      const work = this.#work(tenant).finally(() => {
        this.#working.delete(tenant);
        if (this.#running) this.#pump();
      });
      this.#working.set(tenant, work);
    }
  }

  async #work(tenant: string): Promise<void> {
    const repair = this.#behind.delete(tenant);
    const queue = this.#queues.get(tenant) ?? [];
    const batch = queue.splice(0, BATCH);
    if (queue.length === 0) this.#queues.delete(tenant);
    try {
      const gap =
        batch.length > 0 &&
        (await this.#apply(
          tenant,
          batch.map((d) => d.event),
        ));
      if (gap || repair) await this.#repair(tenant);
      for (const delivery of batch) delivery.message.ack();
    } catch (error) {
      this.#trouble = true;
      const gone = error instanceof NexusError && error.code === 'NX-3003';
      if (!gone)
        this.#options.logger.warn(
          { err: error, tenant, source: this.#options.source },
          'events could not be applied; will try again',
        );
      // A tenant that has no schema here (yet): its events come again, and the sweep finds it once it is provisioned.
      for (const delivery of batch) delivery.message.nak(gone ? 30_000 : 2_000);
      if (repair && !gone && this.#running) {
        await pause(1_000);
        this.#behind.add(tenant);
      }
    }
  }

  /** Applies what follows the cursor; true when something is missing before the rest. */
  async #apply(tenant: string, events: readonly EventEnvelope[]): Promise<boolean> {
    const [first] = events;
    const carrier = { traceparent: first?.trace ?? '' };
    return withRemoteTrace(
      carrier,
      `apply ${this.#options.source} events`,
      { 'nexus.tenant': tenant, 'nexus.events': events.length },
      async () => {
        for (let attempt = 1; ; attempt += 1) {
          try {
            return await this.#transaction(tenant, events);
          } catch (error) {
            if (error instanceof NexusError || isUnavailable(error)) throw error;
            if (error instanceof DamagedEventError) return this.#damaged(error);
            if (error instanceof PoisonError) return this.#aside(tenant, events, error.event, error, attempt);
            if (attempt < TRIES) continue;
            if (events.length > 1) return this.#oneByOne(tenant, events);
            if (first === undefined) throw error;
            return this.#aside(tenant, events, first, error, attempt);
          }
        }
      },
    );
  }

  /** Not ours to lose: the owner's log has the event, and is read from our cursor on. */
  #damaged(error: DamagedEventError): true {
    this.#options.logger.error({ err: error, source: this.#options.source }, 'a message came to harm');
    return true;
  }

  async #transaction(tenant: string, events: readonly EventEnvelope[]): Promise<boolean> {
    const { db, source, observer } = this.#options;
    const startedAt = performance.now();
    const seen = (outcome: string, applied: number): void =>
      observer?.({ tenant, events: applied, outcome, seconds: secondsSince(startedAt) });
    try {
      const { taken, gap } = await db.tx({ tenantId: tenant }, async (tx) => {
        const cursor = await lockCursor(tx, source);
        const { take, gap: missing } = following(cursor, events);
        const last = take.at(-1);
        if (last !== undefined) {
          await runHandlers(tx, this.#handlers, take);
          await moveCursor(tx, source, { epoch: last.epoch, position: last.position, event: last.id });
        }
        return { taken: take.length, gap: missing };
      });
      seen('ok', taken);
      return gap;
    } catch (error) {
      seen(outcomeOf(error), events.length);
      throw error;
    }
  }

  async #oneByOne(tenant: string, events: readonly EventEnvelope[]): Promise<boolean> {
    const sorted = [...events].sort((a, b) => a.epoch - b.epoch || a.position - b.position);
    for (const event of sorted) if (await this.#apply(tenant, [event])) return true;
    return false;
  }

  /** Everything before the poison is applied, the poison set aside, the cursor past it; then the rest. */
  async #aside(
    tenant: string,
    events: readonly EventEnvelope[],
    poison: EventEnvelope,
    error: unknown,
    attempts: number,
  ): Promise<boolean> {
    const { db, source, observer } = this.#options;
    const before = events.filter((event) => event.epoch === poison.epoch && event.position < poison.position);
    if (before.length > 0 && (await this.#apply(tenant, before))) return true;
    const startedAt = performance.now();
    const gap = await db.tx({ tenantId: tenant }, async (tx) => {
      const cursor = await lockCursor(tx, source);
      const { take, gap: missing } = following(cursor, [poison]);
      if (take.length > 0) {
        await setAside(tx, source, poison, error, attempts);
        await moveCursor(tx, source, { epoch: poison.epoch, position: poison.position, event: poison.id });
      }
      return missing;
    });
    if (gap) return true;
    observer?.({ tenant, events: 1, outcome: 'set-aside', seconds: secondsSince(startedAt) });
    const after = events.filter((event) => event.epoch === poison.epoch && event.position > poison.position);
    return after.length > 0 && (await this.#apply(tenant, after));
  }

  /** Reads what is missing from the owner, from our cursor on; from zero where the owner's log is not the one we knew. */
  async #repair(tenant: string): Promise<void> {
    const { db, nats, source } = this.#options;
    let before: Cursor | undefined;
    while (this.#running) {
      const cursor = await db.tx({ tenantId: tenant }, (tx) => lockCursor(tx, source));
      if (before !== undefined && before.epoch === cursor.epoch && before.position === cursor.position) {
        throw new Error(`reading ${source}'s log from position ${cursor.position} did not move the cursor`);
      }
      before = cursor;
      const page = await callRpc(nats, readEvents(source), tenant, {
        epoch: cursor.epoch,
        after: cursor.position,
        ...(cursor.event === null ? {} : { afterEvent: cursor.event }),
        limit: REPAIR_PAGE,
      });
      if (page.restart || cursor.epoch === 0) {
        await db.tx({ tenantId: tenant }, async (tx) => {
          const locked = await lockCursor(tx, source);
          if (locked.epoch < page.epoch) await moveCursor(tx, source, { epoch: page.epoch, position: 0, event: null });
        });
      }
      const [first] = page.events;
      if (first === undefined) return;
      await this.#apply(tenant, page.events);
      if ((page.events.at(-1)?.position ?? 0) >= page.head) return;
    }
  }

  #scheduleSweep(delayMs: number): void {
    if (!this.#running) return;
    this.#sweepTimer = setTimeout(() => {
      this.#sweeping = this.#sweep()
        .catch((error: unknown) => {
          this.#trouble = true;
          this.#options.logger.debug(
            { err: error, source: this.#options.source },
            'the source could not be asked for its heads',
          );
        })
        .finally(() => {
          const sweepMs = this.#options.sweepMs ?? 10_000;
          this.#scheduleSweep(this.#heads.isSuspicious() ? Math.min(SUSPECT_MS, sweepMs) : sweepMs);
        });
    }, delayMs);
    this.#sweepTimer.unref();
  }

  async #sweep(): Promise<void> {
    const trouble = this.#trouble;
    const isInHand = (tenant: string) => !this.#running || this.#queues.has(tenant) || this.#working.has(tenant);
    await this.#heads.sweep({ trouble, isInHand, onBehind: (tenant) => this.#behind.add(tenant) });
    if (trouble) this.#trouble = false;
    this.#pump();
  }

  /** Runs a message that was set aside once more; removes it and settles its exception when it is digested. */
  async retryFailed(tenantId: string, eventId: string): Promise<void> {
    const { db, source } = this.#options;
    await db.tx({ tenantId }, (tx) => digestFailedMessage(tx, this.#handlers, { source, event: eventId }));
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const createConsumer = (options: ConsumerOptions): EventConsumer => new EventConsumer(options);
