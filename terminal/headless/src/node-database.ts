import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Database, Row, SqlValue } from '@nexus/terminal-core';

export interface NodeDatabaseOptions {
  /** File, or `:memory:`. */
  readonly path: string;
  /** `off` only for load: what was paid may then be gone after a power loss. */
  readonly synchronous?: 'full' | 'off';
}

/**
 * Node's own SQLite for a till: WAL with a flush at each commit, and no other process beside this one. Statements are
 * prepared once; the till has a fixed set of them.
 */
export const openNodeDatabase = ({ path, synchronous = 'full' }: NodeDatabaseOptions): Database => {
  const database = new DatabaseSync(path);
  if (path !== ':memory:') {
    // Exclusive before WAL: then the WAL index lives in memory, and a second process cannot open the file.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;');
  }
  database.exec(`PRAGMA synchronous = ${synchronous === 'off' ? 'OFF' : 'FULL'}; PRAGMA foreign_keys = ON;`);
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  return {
    exec: (sql) => database.exec(sql),
    run: (sql, parameters = []) => {
      prepare(sql).run(...parameters);
    },
    all: <R extends Row>(sql: string, parameters: readonly SqlValue[] = []) => prepare(sql).all(...parameters) as R[],
    close: () => database.close(),
  };
};
