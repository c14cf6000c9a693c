export type SqlValue = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, SqlValue>>;
export type Awaitable<T> = T | Promise<T>;

/**
 * SQLite as the till needs it: one connection, used by one call at a time. Answers may be values or promises, so that
 * Node's and the browser's synchronous engines and a device's asynchronous one fit alike. Whoever opens the database
 * sets its pragmas: WAL, `locking_mode=exclusive` where several processes could reach it, `synchronous=FULL`.
 */
export interface Database {
  /** Statements without parameters or rows. */
  exec(sql: string): Awaitable<void>;
  /** One statement with `?` parameters. Adapters keep the prepared statement by its text. */
  run(sql: string, parameters?: readonly SqlValue[]): Awaitable<void>;
  all<R extends Row>(sql: string, parameters?: readonly SqlValue[]): Awaitable<R[]>;
  close(): Awaitable<void>;
}
