import pg from 'pg';

/** Runs one statement as the superuser and gives its rows. */
export type Sql = <R extends object = Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
) => Promise<R[]>;

/** One connection, closed whatever happens. */
export async function withSuperuser<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'nexus-testkit' });
  await client.connect();
  try {
    return await work(async <R extends object>(text: string, values: readonly unknown[] = []) => {
      const result = await client.query<R>(text, [...values]);
      return result.rows;
    });
  } finally {
    await client.end();
  }
}

/** Quotes an identifier for SQL text. */
export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
