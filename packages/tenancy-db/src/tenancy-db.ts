import { NexusError, type ServiceName } from '@nexus/contracts';
import { withSpan } from '@nexus/telemetry';
import type { ClientBase } from 'pg';
import { DataSource, type EntitySchema } from 'typeorm';
import { DATABASE_LIMITS, TCP_KEEPALIVE, type DatabaseLimits } from './database-limits.ts';
import { isRetryable, sqlState, translated } from './errors.ts';
import { namesFromUrl, quoted, tenantRole, tenantSchema, type Names } from './names.ts';
import { quietLogger } from './quiet-logger.ts';
import { sendTogether } from './send-together.ts';
import { RunnerTx, type SharedTx, type TenantTx, type TimedStatement } from './transaction.ts';

/** Whose data: the first argument everywhere. Comes from a verified token, a subject or a workflow argument. */
export interface TenantContext {
  readonly tenantId: string;
}

export interface TenancyDbOptions {
  readonly service: ServiceName;
  /** Connection URL of the login `{service}_service`; a pooler in transaction mode may stand between. */
  readonly url: string;
  readonly poolSize?: number;
  readonly limits?: Partial<DatabaseLimits>;
  /** Prepared statements on the hot path. Leave off behind PgBouncer before 1.21. */
  readonly namedStatements?: boolean;
  readonly entities?: EntitySchema[];
  /** Name of the newest tenant migration that this code needs; a tenant without it answers NX-3002. */
  readonly requiredMigration?: string;
}

export interface TxOptions {
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
  /** Further tries after a deadlock or serialization failure. Default 3. */
  readonly retries?: number;
  /** Bound on any one statement of `query` and `bulk`, milliseconds; those of `manager` have the ordinary one. */
  readonly statementTimeoutMs?: number;
}

/** Most tenants whose "schema is new enough" is remembered; the oldest is forgotten first. */
const MAX_KNOWN_TENANTS = 20_000;

/** A service's database: every statement runs in a transaction as one tenant's role, or as the shared role. */
export class TenancyDb {
  readonly service: ServiceName;
  readonly names: Names;
  readonly dataSource: DataSource;
  readonly #options: TenancyDbOptions;
  readonly #limits: DatabaseLimits;
  readonly #listeners: ((tenantId: string) => void)[] = [];
  readonly #current = new Set<string>();
  #connecting: Promise<unknown> | undefined;

  constructor(options: TenancyDbOptions) {
    this.service = options.service;
    this.names = namesFromUrl(options.service, options.url);
    this.#options = options;
    this.#limits = { ...DATABASE_LIMITS, ...options.limits };
    this.dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      entities: options.entities ?? [],
      installExtensions: false,
      logger: quietLogger,
      applicationName: `nexus-${options.service}`,
      extra: {
        max: options.poolSize ?? 8,
        pipeline: true,
        connectionTimeoutMillis: this.#limits.connectMs,
        query_timeout: this.#limits.statementMs + this.#limits.answerMs,
        idleTimeoutMillis: 30_000,
        ...TCP_KEEPALIVE,
      },
    });
  }

  /** Runs work as the tenant's role in the tenant's schema. Commits when it resolves, rolls back when it throws. */
  tx<T>(ctx: TenantContext, work: (tx: TenantTx) => Promise<T>, options: TxOptions = {}): Promise<T> {
    const schema = tenantSchema(ctx.tenantId);
    const role = tenantRole(this.names, ctx.tenantId);
    return withSpan(`${this.service} tx`, { 'nexus.tenant': ctx.tenantId }, () =>
      this.#retrying(options, () =>
        this.#run(role, schema, ctx.tenantId, options, async (tx) => {
          if (!this.#current.has(ctx.tenantId)) await this.#checkVersion(tx);
          return work(tx);
        }),
      ),
    );
  }

  /** Runs work as the service's shared role in the schema `nexus`: the tenant directory, the doorbell. */
  shared<T>(work: (tx: SharedTx) => Promise<T>, options: TxOptions = {}): Promise<T> {
    return withSpan(`${this.service} shared tx`, {}, () =>
      this.#retrying(options, () => this.#run(this.names.sharedRole, this.names.sharedSchema, '', options, work)),
    );
  }

  /** Called with the tenant after each commit that announced something by `announce`: the in-process doorbell. */
  onCommitted(listener: (tenantId: string) => void): void {
    this.#listeners.push(listener);
  }

  /** Marks that this transaction leaves work for the relay of its tenant; listeners hear of it after the commit. */
  announce(tx: TenantTx): void {
    tx.afterCommit(() => {
      for (const listener of this.#listeners) listener(tx.tenantId);
    });
  }

  /** True when a trivial statement runs: for readiness. */
  async ping(): Promise<boolean> {
    try {
      await this.#connect();
      const runner = this.dataSource.createQueryRunner();
      try {
        const client = (await runner.connect()) as ClientBase;
        await client.query(this.#short('SELECT 1'));
      } finally {
        await runner.release();
      }
      return true;
    } catch (error) {
      if (error instanceof Error) return false;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#connecting?.catch(() => undefined);
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  /** Connects at first use, again after a failure: a service starts before its database does. */
  async #connect(): Promise<void> {
    if (this.dataSource.isInitialized) return;
    this.#connecting ??= this.dataSource.initialize().finally(() => {
      this.#connecting = undefined;
    });
    await this.#connecting;
  }

  async #retrying<T>(options: TxOptions, once: () => Promise<T>): Promise<T> {
    const tries = 1 + (options.retries ?? 3);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once();
      } catch (error) {
        if (attempt >= tries || !isRetryable(error)) throw translated(error);
      }
    }
  }

  async #run<T>(
    role: string,
    schema: string,
    tenantId: string,
    options: TxOptions,
    work: (tx: TenantTx) => Promise<T>,
  ): Promise<T> {
    await this.#connect();
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as ClientBase;
      const statementMs = Math.trunc(options.statementTimeoutMs ?? this.#limits.statementMs);
      const tx = new RunnerTx(runner, client, tenantId, {
        named: this.#options.namedStatements ?? false,
        timeoutMs: statementMs + this.#limits.answerMs,
      });
      // Not waited for: the first statement of the work goes with it. Were the role or the schema refused, the transaction is a
      // failed one, in which PostgreSQL takes no statement but its end.
      const begun = sendTogether(client, this.#short(beginStatement(role, schema, options.isolation, statementMs)));
      begun.catch(() => undefined); // awaited below, whatever the work does
      try {
        // TypeORM must know that a transaction is open, so that `save` joins it and a nested one becomes a savepoint.
        Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
        const working = work(tx).finally(() => tx.end());
        const result = await firstFailureOf(begun, working);
        await tx.commit();
        for (const hook of tx.hooks) hook();
        return result;
      } catch (error) {
        tx.end();
        await client.query(this.#short('ROLLBACK')).catch(() => undefined); // the connection is gone; the first error is the one to tell
        throw this.#unknownTenant(error, tenantId);
      }
    } finally {
      await runner.release();
    }
  }

  /** A statement that has nothing to do but to arrive. */
  #short(text: string): TimedStatement {
    return { text, query_timeout: this.#limits.answerMs };
  }

  /** `SET LOCAL ROLE` to a role that is not there, or not ours to take: a tenant that was never provisioned in this service. */
  #unknownTenant(error: unknown, tenantId: string): unknown {
    const state = sqlState(error);
    const message = error instanceof Error ? error.message : '';
    const missing = (state === '22023' || state === '42501' || state === '42704') && /role/.test(message);
    return missing && tenantId !== '' ? new NexusError('NX-3003', undefined, { cause: error }) : error;
  }

  async #checkVersion(tx: TenantTx): Promise<void> {
    const required = this.#options.requiredMigration;
    if (required !== undefined) {
      const found = await tx.query('SELECT 1 FROM schema_migration WHERE name = $1', [required]);
      if (found.length === 0) throw new NexusError('NX-3002');
    }
    if (this.#current.size >= MAX_KNOWN_TENANTS) {
      const [oldest] = this.#current;
      if (oldest !== undefined) this.#current.delete(oldest);
    }
    this.#current.add(tx.tenantId);
  }
}

/** What the work gives, once the transaction has begun; where both fail, the beginning says why. */
async function firstFailureOf<T>(begun: Promise<unknown>, work: Promise<T>): Promise<T> {
  const [beginning, result] = await Promise.allSettled([begun, work]);
  if (beginning.status === 'rejected') throw beginning.reason;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** One message begins the transaction and scopes it: nothing outlives it, so a pooler in transaction mode may stand between. */
function beginStatement(role: string, schema: string, isolation: TxOptions['isolation'], timeoutMs: number): string {
  const level = isolation === undefined ? '' : ` ISOLATION LEVEL ${isolation}`;
  return `BEGIN${level}; SET LOCAL ROLE ${quoted(role)}; SET LOCAL search_path = ${quoted(schema)}; SET LOCAL statement_timeout = ${timeoutMs}`;
}

/** Opens nothing yet: the first transaction connects. */
export const createTenancyDb = (options: TenancyDbOptions): TenancyDb => new TenancyDb(options);
