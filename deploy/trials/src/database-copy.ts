import pg from 'pg';

/**
 * An older copy of a service's database, and the way back to it, as an operator does after a disaster. Connections are
 * cut off meanwhile; the services notice and come back by themselves.
 */
export interface DatabaseCopy {
  readonly restore: () => Promise<void>;
}

export async function copyDatabase(superuserUrl: string, database: string): Promise<DatabaseCopy> {
  const copy = `${database}_copy`;
  await withAdmin(superuserUrl, async (sql) => {
    await sql(`DROP DATABASE IF EXISTS ${copy} WITH (FORCE)`);
    await closed(sql, database, () => sql(`CREATE DATABASE ${copy} TEMPLATE ${database}`));
  });
  return {
    restore: () =>
      withAdmin(superuserUrl, async (sql) => {
        // A copy made from a template has neither the owner nor the rights of the original.
        await sql(
          'UPDATE pg_database SET datdba = o.datdba, datacl = o.datacl FROM pg_database o WHERE o.datname = $1 AND pg_database.datname = $2',
          [database, copy],
        );
        await sql(`ALTER DATABASE ${copy} ALLOW_CONNECTIONS false`);
        await sql(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
        await sql(`DROP DATABASE ${database} WITH (FORCE)`);
        await sql(`ALTER DATABASE ${copy} RENAME TO ${database}`);
        await sql(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`);
      }),
  };
}

type Sql = (text: string, values?: readonly unknown[]) => Promise<unknown>;

async function closed(sql: Sql, database: string, work: () => Promise<unknown>): Promise<void> {
  await sql(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
  try {
    await sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
    await retry(work);
  } finally {
    await sql(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`);
  }
}

/** A backend that was told to end is still there for a moment. */
async function retry(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const busy = error instanceof Error && 'code' in error && error.code === '55006';
      if (!busy || attempt >= 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export async function withAdmin<T>(superuserUrl: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    return await work((text, values) => client.query(text, values === undefined ? undefined : [...values]));
  } finally {
    await client.end();
  }
}
