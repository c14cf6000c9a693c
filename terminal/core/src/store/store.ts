import type { Database, Row, SqlValue } from '../ports/database.ts';
import { SCHEMA_STEPS } from './schema.ts';

export class SchemaTooNewError extends Error {
  override readonly name = 'SchemaTooNewError';
}

/** What may be done inside a transaction. */
export interface StoreTx {
  run(sql: string, parameters?: readonly SqlValue[]): Promise<void>;
  all<R extends Row>(sql: string, parameters?: readonly SqlValue[]): Promise<R[]>;
  one<R extends Row>(sql: string, parameters?: readonly SqlValue[]): Promise<R | undefined>;
}

/**
 * The till's database with one transaction at a time: calls queue up behind each other, since the connection is one and
 * the journal's next sequence must be nobody else's.
 */
export class Store implements StoreTx {
  readonly #database: Database;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Brings the schema up. Throws `SchemaTooNewError` on a database written by a newer till. */
  async migrate(): Promise<void> {
    const [row] = await this.#database.all<{ user_version: number }>('PRAGMA user_version');
    const version = row?.user_version ?? 0;
    if (version > SCHEMA_STEPS.length) throw new SchemaTooNewError(`schema ${version} is newer than this till`);
    for (let step = version; step < SCHEMA_STEPS.length; step++) {
      await this.#transaction(async () => {
        await this.#database.exec(SCHEMA_STEPS[step] ?? '');
        await this.#database.exec(`PRAGMA user_version = ${step + 1}`);
      });
    }
  }

  /**
   * Runs work in a transaction of its own: all of it is on disk when this resolves, none of it when it rejects.
   * `committed` runs right after the commit, before anybody else's transaction begins.
   */
  write<T>(work: (tx: StoreTx) => Promise<T>, committed?: () => void): Promise<T> {
    return this.#enqueue(async () => {
      const result = await this.#transaction(() => work(this.#direct));
      committed?.();
      return result;
    });
  }

  run(sql: string, parameters: readonly SqlValue[] = []): Promise<void> {
    return this.#enqueue(async () => this.#database.run(sql, parameters));
  }

  all<R extends Row>(sql: string, parameters: readonly SqlValue[] = []): Promise<R[]> {
    return this.#enqueue(async () => this.#database.all<R>(sql, parameters));
  }

  async one<R extends Row>(sql: string, parameters: readonly SqlValue[] = []): Promise<R | undefined> {
    return (await this.all<R>(sql, parameters))[0];
  }

  /** Waits for what is under way and closes. */
  close(): Promise<void> {
    return this.#enqueue(async () => this.#database.close());
  }

  readonly #direct: StoreTx = {
    run: async (sql, parameters = []) => this.#database.run(sql, parameters),
    all: async (sql, parameters = []) => this.#database.all(sql, parameters),
    one: async <R extends Row>(sql: string, parameters: readonly SqlValue[] = []) =>
      (await this.#database.all<R>(sql, parameters))[0],
  };

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.#database.run('BEGIN IMMEDIATE');
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await this.#database.run('ROLLBACK');
      throw error;
    }
    await this.#commit();
    return result;
  }

  /** A commit that failed (disk full) leaves the transaction open: it must not leak into the next one. */
  async #commit(): Promise<void> {
    try {
      await this.#database.run('COMMIT');
    } catch (error) {
      await this.#database.run('ROLLBACK');
      throw error;
    }
  }
}
