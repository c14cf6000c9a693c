import { eventStream, eventSubject, type ServiceName } from '@nexus/contracts';
import { withSpan, type Logger } from '@nexus/telemetry';
import type { TenancyDb } from '@nexus/tenancy-db';
import { jetstream, JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { NatsLink } from '../nats-link.ts';
import { ensureStream } from '../stream.ts';
import { numberPending, readAfter, readHead, setPublished, type Head } from './event-log.ts';
import { writeEventMessage, type StoredEvent } from './event-message.ts';

export interface RelayOptions {
  readonly db: TenancyDb;
  readonly nats: NatsLink;
  readonly logger: Logger;
  /** How often the doorbell is read for what this process did not hear of itself. Default 2,000. */
  readonly pollMs?: number;
  /** Tenants worked on at once. Default 4. */
  readonly parallelTenants?: number;
  /** Of the stream, as `ensureStream` takes them. */
  readonly streamReplicas?: number | undefined;
}

const PUBLISH_BATCH = 32;
const PUBLISH_BYTES = 4 * 1024 * 1024;
const PUBLISH_TIMEOUT_MS = 5_000;
const DOORBELL_BATCH = 1_000;
const PARALLEL_TENANTS = 4;
const MAX_BACKOFF_MS = 15_000;

/**
 * Numbers committed events and publishes them, tenant by tenant. It is woken by this process's own commits and reads
 * the doorbell for everybody else's; an idle tenant costs nothing. Any number of relays may run for one service: the
 * head's row lock makes them take turns.
 */
export class EventRelay {
  readonly #options: RelayOptions;
  readonly #service: ServiceName;
  readonly #waiting = new Set<string>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #heads = new Map<string, Head>();
  #client: JetStreamClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #failures = 0;
  #running = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#service = options.db.service;
    options.db.onCommitted((tenantId) => this.poke(tenantId));
  }

  start(): void {
    this.#running = true;
    this.#schedule(0);
  }

  /** Finishes the tenants in hand; what is left stays pending in the database. */
  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    await this.#polling;
    await Promise.allSettled(this.#working.values());
  }

  /** A tenant has news. */
  poke(tenantId: string): void {
    if (!this.#running) return;
    this.#waiting.add(tenantId);
    this.#pump();
  }

  #pump(): void {
    for (const tenantId of this.#waiting) {
      if (this.#working.size >= (this.#options.parallelTenants ?? PARALLEL_TENANTS)) return;
      if (this.#working.has(tenantId)) continue;
      this.#waiting.delete(tenantId);
      this.#begin(tenantId).catch((error: unknown) => this.#failed(tenantId, error));
    }
  }

  /**
   * Works on a tenant that is not in hand. Never twice at once in one process: the second would read and publish what the
   * first has on its way, and JetStream would throw it away.
   */
  #begin(tenantId: string): Promise<void> {
    const work = this.#relay(tenantId)
      .then(() => {
        this.#failures = 0;
      })
      .finally(() => {
        this.#working.delete(tenantId);
        if (this.#running && this.#waiting.size > 0) this.#pump();
      });
    this.#working.set(tenantId, work);
    return work;
  }

  /** A run that begins from now on: ours, or the one that somebody else began as soon as that in hand had ended. */
  async #after(tenantId: string): Promise<void> {
    await this.#working.get(tenantId)?.catch(() => undefined);
    await (this.#working.get(tenantId) ?? this.#begin(tenantId));
  }

  /** The doorbell row is still there: the poll comes back to this tenant, less often while things stay broken. */
  #failed(tenantId: string, error: unknown): void {
    this.#failures += 1;
    this.#client = undefined;
    if (this.#failures === 1 || this.#failures % 20 === 0) {
      this.#options.logger.warn(
        { err: error, tenant: tenantId, failures: this.#failures },
        'events could not be relayed; will try again',
      );
    }
  }

  async #relay(tenantId: string): Promise<void> {
    const { db } = this.#options;
    let published: { epoch: number; through: number } | undefined;
    // Bounded: a tenant that never runs dry gives way to the others after this many rounds and comes back by its commits.
    for (let round = 0; round < 100; round += 1) {
      const { head, events } = await db.tx({ tenantId }, async (tx) => {
        let locked = await readHead(tx, true);
        if (published !== undefined && published.epoch === locked.epoch && published.through > locked.published) {
          await setPublished(tx, published.epoch, published.through);
          locked = { ...locked, published: published.through };
        }
        const numbered = await numberPending(tx, locked);
        const unpublished =
          numbered.published < numbered.position
            ? await readAfter(tx, this.#service, numbered.epoch, numbered.published, PUBLISH_BATCH, PUBLISH_BYTES)
            : [];
        return { head: numbered, events: unpublished };
      });
      this.#heads.set(tenantId, head);
      if (events.length === 0) return;
      await withSpan('publish events', { 'nexus.tenant': tenantId, 'nexus.events': events.length }, () =>
        this.#publish(events),
      );
      published = { epoch: head.epoch, through: events.at(-1)?.envelope.position ?? head.published };
    }
    this.#waiting.add(tenantId);
  }

  async #publish(events: readonly StoredEvent[]): Promise<void> {
    const connection = await this.#options.nats.connection();
    const client = await this.#jetstream(connection);
    const send = async (event: StoredEvent) => {
      const { tenant, kind, epoch, position, trace } = event.envelope;
      const carried = headers();
      if (trace !== undefined) carried.set('traceparent', trace);
      await client.publish(eventSubject(this.#service, tenant, kind), writeEventMessage(event), {
        msgID: `${tenant}/${epoch}/${position}`,
        headers: carried,
        timeout: PUBLISH_TIMEOUT_MS,
        expect: { streamName: eventStream(this.#service) },
      });
    };
    try {
      await Promise.all(events.map(send));
    } catch (error) {
      // The stream may have been deleted under us: make it anew and publish this batch again; positions make it harmless.
      if (!isMissingStream(error)) throw error;
      this.#client = undefined;
      await this.#ensureStream(connection);
      await Promise.all(events.map(send));
    }
  }

  async #ensureStream(connection: NatsConnection): Promise<void> {
    const { streamReplicas: replicas, logger } = this.#options;
    await ensureStream(connection, this.#service, { replicas, logger });
  }

  async #jetstream(connection: NatsConnection): Promise<JetStreamClient> {
    if (this.#client === undefined) {
      await this.#ensureStream(connection);
      this.#client = jetstream(connection);
    }
    return this.#client;
  }

  #schedule(delayMs: number): void {
    if (!this.#running) return;
    this.#timer = setTimeout(() => {
      this.#polling = this.#poll()
        .catch((error: unknown) => this.#failed('', error))
        .finally(() => {
          const pollMs = this.#options.pollMs ?? 2_000;
          this.#schedule(Math.min(pollMs * 2 ** Math.min(this.#failures, 6), Math.max(MAX_BACKOFF_MS, pollMs)));
        });
    }, delayMs);
    this.#timer.unref();
  }

  /**
   * Reads the doorbell, works on every tenant that rang, and only then takes their rows away and notes their heads: a
   * crash in between rings again.
   */
  async #poll(): Promise<void> {
    const { db } = this.#options;
    const rows = await db.shared((tx) =>
      tx.query<{ id: string; tenant_id: string }>(
        `SELECT id, tenant_id FROM doorbell WHERE topic = 'event' ORDER BY id LIMIT ${DOORBELL_BATCH}`,
      ),
    );
    if (rows.length === 0) return;
    const tenants = [...new Set(rows.map((row) => row.tenant_id))];
    const done = new Set<string>();
    for (const tenantId of tenants) {
      try {
        await this.#after(tenantId);
        done.add(tenantId);
      } catch (error) {
        if (isGone(error)) done.add(tenantId);
        else this.#failed(tenantId, error);
      }
    }
    const ids = rows.filter((row) => done.has(row.tenant_id)).map((row) => row.id);
    const heads = [...done].flatMap((tenantId) => {
      const head = this.#heads.get(tenantId);
      return head === undefined ? [] : [{ tenantId, head }];
    });
    await db.shared(async (tx) => {
      await tx.query('DELETE FROM doorbell WHERE id = ANY($1::bigint[])', [ids]);
      await tx.query(
        `INSERT INTO recent_head (tenant_id, epoch, position, event_id)
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::uuid[])
         ON CONFLICT (tenant_id) DO UPDATE
           SET epoch = excluded.epoch, position = excluded.position, event_id = excluded.event_id, changed_at = now()`,
        [
          heads.map((h) => h.tenantId),
          heads.map((h) => h.head.epoch),
          heads.map((h) => h.head.position),
          heads.map((h) => h.head.event),
        ],
      );
    });
    for (const tenantId of done) this.#heads.delete(tenantId);
  }
}

const isMissingStream = (error: unknown): boolean =>
  (error instanceof JetStreamApiError && error.code === 10059) ||
  (error instanceof Error && /no responders|stream not found|no stream/i.test(error.message));

/** A tenant whose schema was removed after it rang has nothing to tell any more. */
const isGone = (error: unknown): boolean => (error as { code?: unknown }).code === 'NX-3003';

export const createEventRelay = (options: RelayOptions): EventRelay => new EventRelay(options);
