import type { Logger } from '@nexus/telemetry';
import { DATABASE_LIMITS, quoted, TCP_KEEPALIVE } from '@nexus/tenancy-db';
import { Client } from 'pg';
import { asTheyAre, yearBound } from '../migrations/event-log.ts';

export interface PartitionOptions {
  /** URL of the login `{service}_provisioner`, straight to PostgreSQL: it owns the schemas. */
  readonly url: string;
  /** The year of this instant and the next one get their partitions. */
  readonly now: Date;
  /** Ends the work after the tenant in hand. */
  readonly signal?: AbortSignal;
}

export interface PartitionReport {
  readonly added: number;
  readonly failed: readonly { readonly schema: string; readonly year: number; readonly reason: string }[];
}

/** Schemas looked up at once. */
const PAGE = 500;
/** A tenant that is busy is left alone and found again by the next run: a sale never waits for this. */
const LOCK_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 5 * 60_000;

/**
 * Gives every tenant's event log the partitions of this year and the next, where they are missing; those of its first two
 * years came with the tenant. Which are missing is read from the catalog each time, so a run that broke off is gone on
 * with by the next, and two at once do no harm. Events that went into the rest partition, because nothing ran for years,
 * move to where they belong.
 */
export async function addEventLogPartitions({ url, now, signal }: PartitionOptions): Promise<PartitionReport> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: DATABASE_LIMITS.connectMs,
    query_timeout: STATEMENT_TIMEOUT_MS + DATABASE_LIMITS.answerMs,
    ...TCP_KEEPALIVE,
    application_name: 'nexus-partitions',
  });
  const failed: PartitionReport['failed'][number][] = [];
  let added = 0;
  await client.connect();
  try {
    for (const year of [now.getUTCFullYear(), now.getUTCFullYear() + 1]) {
      for await (const schema of schemasWithout(client, year)) {
        if (signal?.aborted === true) return { added, failed };
        try {
          added += await addPartition(client, schema, year);
        } catch (error) {
          if (!isOfTheServer(error)) throw error; // the connection itself is gone
          failed.push({ schema, year, reason: error instanceof Error ? error.message : String(error) });
        }
      }
    }
    return { added, failed };
  } finally {
    await client.end();
  }
}

/** Tenants' schemas whose event log has no partition of a year, in order. */
async function* schemasWithout(client: Client, year: number): AsyncGenerator<string> {
  for (let after = ''; ;) {
    const { rows } = await client.query<{ schema: string }>(
      `SELECT n.nspname AS schema FROM pg_class log JOIN pg_namespace n ON n.oid = log.relnamespace
       WHERE log.relname = 'event_log' AND log.relkind = 'p' AND n.nspname LIKE 't\\_%' AND n.nspname > $1
         AND NOT EXISTS (SELECT 1 FROM pg_class part WHERE part.relnamespace = n.oid AND part.relname = $2)
       ORDER BY n.nspname LIMIT ${PAGE}`,
      [after, `event_log_${year}`],
    );
    for (const { schema } of rows) yield schema;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.schema;
  }
}

/** In one transaction, under the lock that migrations of the schema take. 1 where it was made, 0 where it was there. */
async function addPartition(client: Client, schema: string, year: number): Promise<0 | 1> {
  const partition = `event_log_${year}`;
  const [from, to] = [yearBound(year), yearBound(year + 1)];
  await client.query('BEGIN');
  try {
    await client.query(
      `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
    );
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`nexus/${schema}`]);
    await client.query(`SET LOCAL search_path = ${quoted(schema)}`);
    const { rows } = await client.query('SELECT 1 FROM pg_class WHERE oid = to_regclass($1)', [partition]);
    if (rows.length === 0) {
      await client.query(`CREATE TABLE ${partition} (LIKE event_log INCLUDING ALL)`);
      await client.query(asTheyAre(partition));
      // Nobody may write between the move and the attachment.
      await client.query('LOCK TABLE event_log_rest IN ACCESS EXCLUSIVE MODE');
      await client.query(
        `WITH moved AS (DELETE FROM event_log_rest WHERE event_id >= '${from}' AND event_id < '${to}' RETURNING *)
         INSERT INTO ${partition} SELECT * FROM moved`,
      );
      await client.query(
        `ALTER TABLE event_log ATTACH PARTITION ${partition} FOR VALUES FROM ('${from}') TO ('${to}')`,
      );
    }
    await client.query('COMMIT');
    return rows.length === 0 ? 1 : 0;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined); // the connection is gone; the first error is the one to tell
    throw error;
  }
}

/** An answer of PostgreSQL (it has a SQLSTATE), not a broken line. */
const isOfTheServer = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code);

export interface PartitionKeeperOptions extends Pick<PartitionOptions, 'url'> {
  readonly logger: Logger;
  readonly now?: () => Date;
  /** Time between two looks. Default a day. */
  readonly everyMs?: number;
}

const DAY_MS = 86_400_000;
/** After a look that failed, or left tenants out. */
const AGAIN_MS = 10 * 60_000;

/** Looks at the start and every day whether partitions are missing. One run at a time; `stop` waits for the tenant in hand. */
export class PartitionKeeper {
  readonly #options: PartitionKeeperOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: PartitionKeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#look();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #look(): Promise<void> {
    const { url, logger, now = () => new Date(), everyMs = DAY_MS } = this.#options;
    let whole = false;
    try {
      const { added, failed } = await addEventLogPartitions({ url, now: now(), signal: this.#stopping.signal });
      if (added > 0) logger.info({ added }, 'partitions were added to event logs');
      for (const failure of failed) logger.warn(failure, 'a partition could not be added yet; will try again');
      whole = failed.length === 0;
    } catch (error) {
      logger.warn({ err: error }, 'event logs could not be looked at for missing partitions; will try again');
    }
    if (this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => this.start(), whole ? everyMs : Math.min(AGAIN_MS, everyMs));
    this.#timer.unref();
  }
}
