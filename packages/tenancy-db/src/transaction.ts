import type { ClientBase } from 'pg';
import type { EntityManager, QueryRunner } from 'typeorm';

/** One transaction, as the role of one tenant and in its schema. */
export interface TenantTx extends Tx {
  readonly tenantId: string;
}

/** One transaction as the service's shared role, in the schema `nexus`. */
export type SharedTx = Tx;

export interface Tx {
  /** TypeORM inside this transaction; entities resolve to the transaction's schema. */
  readonly manager: EntityManager;
  /** Runs one statement and gives its rows. `bigint`, `numeric`, `count` and `sum` come back as strings. */
  query<R = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
  /**
   * The same for the hot path: a named (prepared) statement where the service is configured for it. Calls that are not
   * awaited one by one are pipelined; await them all before the work ends.
   */
  bulk<R = Record<string, unknown>>(name: string, sql: string, parameters: readonly unknown[]): Promise<R[]>;
  /**
   * As `bulk`, for the statement with which a transaction ends: COMMIT goes right behind it and is not waited for with
   * another trip. No statement is taken after it. For work that has nothing left to go wrong: what throws once the rows
   * are there, throws too late to undo anything.
   */
  last<R = Record<string, unknown>>(name: string, sql: string, parameters: readonly unknown[]): Promise<R[]>;
  /** Runs after the commit, never after a rollback. Must not throw. */
  afterCommit(hook: () => void): void;
}

/**
 * A statement with the time, milliseconds, after which its connection is given up; runs from when it is sent, for those that
 * are pipelined too.
 */
export interface TimedStatement {
  text: string;
  query_timeout: number;
}

interface Statement extends TimedStatement {
  values: unknown[];
  name?: string;
}

export interface StatementOptions {
  /** Whether `bulk` names its statements. */
  readonly named: boolean;
  readonly timeoutMs: number;
}

/** Transaction over a TypeORM query runner that is connected and has begun. */
export class RunnerTx implements TenantTx {
  readonly tenantId: string;
  readonly manager: EntityManager;
  readonly hooks: (() => void)[] = [];
  readonly #client: ClientBase;
  readonly #options: StatementOptions;
  #open = true;
  /** The end, where it is on its way already. */
  #ending: Promise<void> | undefined;

  constructor(runner: QueryRunner, client: ClientBase, tenantId: string, options: StatementOptions) {
    this.manager = runner.manager;
    this.#client = client;
    this.tenantId = tenantId;
    this.#options = options;
  }

  query<R>(sql: string, parameters: readonly unknown[] = []): Promise<R[]> {
    return this.#run<R>({ text: sql, values: [...parameters], query_timeout: this.#options.timeoutMs });
  }

  bulk<R>(name: string, sql: string, parameters: readonly unknown[]): Promise<R[]> {
    const statement: Statement = {
      text: sql,
      values: parameters as unknown[],
      query_timeout: this.#options.timeoutMs,
    };
    if (this.#options.named) statement.name = name;
    return this.#run<R>(statement);
  }

  last<R>(name: string, sql: string, parameters: readonly unknown[]): Promise<R[]> {
    const rows = this.bulk<R>(name, sql, parameters);
    this.end();
    this.#ending = commit(this.#client);
    this.#ending.catch(() => undefined); // told by `commit`; where the statement failed, that error is the one to tell
    return rows;
  }

  afterCommit(hook: () => void): void {
    this.hooks.push(hook);
  }

  /** Commits, unless the last statement has done so. */
  commit(): Promise<void> {
    return this.#ending ?? commit(this.#client);
  }

  /** After this no statement is taken: the connection belongs to the next transaction, of perhaps another tenant. */
  end(): void {
    this.#open = false;
  }

  async #run<R>(statement: Statement): Promise<R[]> {
    if (!this.#open) throw new Error('the transaction has ended: a statement was not awaited before its work returned');
    const result = await this.#client.query<Record<string, unknown>>(statement);
    return result.rows as R[];
  }
}

/** COMMIT of a transaction in which a statement failed quietly rolls back without an error: that must not pass for success. */
async function commit(client: ClientBase): Promise<void> {
  const result = await client.query('COMMIT');
  if (result.command !== 'COMMIT')
    throw new Error('the transaction was rolled back: one of its statements failed and its error was swallowed');
}
