import type { Running } from '@nexus/local';
import pg from 'pg';

const POLL_MS = 200;
const COPIES = ['sync', 'inventory'] as const;

/**
 * Waits until every service that keeps a copy of the catalogue has taken the whole of an import: what is measured after it
 * is look-up, not the import's wake.
 */
export async function catalogueSettled(running: Running, tenantId: string, timeoutMs: number): Promise<void> {
  const schema = `t_${tenantId.replaceAll('-', '')}`;
  const ask = async (service: string, sql: string): Promise<string> => {
    const client = new pg.Client({ connectionString: running.platform.services[service]?.provisionerDatabaseUrl });
    await client.connect();
    try {
      await client.query(`SET search_path = ${schema}`);
      const { rows } = await client.query<{ v: string }>(sql);
      return rows[0]?.v ?? '0';
    } finally {
      await client.end();
    }
  };
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const head = await ask(
      'catalog',
      'SELECT position AS v FROM event_head WHERE NOT EXISTS (SELECT 1 FROM event_pending)',
    );
    const cursors = await Promise.all(
      COPIES.map((service) => ask(service, "SELECT position AS v FROM consumer_cursor WHERE source = 'catalog'")),
    );
    if (head !== '0' && cursors.every((cursor) => cursor === head)) return;
    if (performance.now() > deadline)
      throw new Error(`the import of ${tenantId} was not taken by all within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
