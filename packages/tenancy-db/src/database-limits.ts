/**
 * How long a database is waited for, milliseconds. PostgreSQL ends a statement of its own that takes too long; these limits
 * are for one that has vanished without a word, which TCP alone would wait for a quarter of an hour.
 */
export interface DatabaseLimits {
  /** For a connection: a new one, or one that another transaction gives back. */
  readonly connectMs: number;
  /** What PostgreSQL gives any one statement, where a transaction does not ask for more. */
  readonly statementMs: number;
  /** Beyond that, until the connection is given up; alone, for what takes no time (BEGIN, ROLLBACK). */
  readonly answerMs: number;
}

export const DATABASE_LIMITS: DatabaseLimits = { connectMs: 5_000, statementMs: 30_000, answerMs: 10_000 };

/** An idle connection is asked after 10 s whether its other end is there, then every second; 10 times in vain and it is gone. */
export const TCP_KEEPALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;
