import type { Running } from '@nexus/local';
import pg from 'pg';

/**
 * Watches, by looking at the databases from outside, until a chain's journal is applied to the end: transaction log and
 * projections, stock, and the events of both numbered and published.
 */
export interface AppliedWatch {
  /** Entries numbered in the journal so far. */
  readonly numbered: () => Promise<number>;
  /** Resolves when everything up to that many entries is applied. */
  readonly until: (entries: number, timeoutMs: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const POLL_MS = 40;

export async function watchApplied(running: Running, tenantId: string): Promise<AppliedWatch> {
  const schema = `t_${tenantId.replaceAll('-', '')}`;
  const connect = async (service: string): Promise<pg.Client> => {
    const url = running.platform.services[service]?.provisionerDatabaseUrl;
    if (url === undefined) throw new Error(`the platform has no database of ${service}`);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`SET search_path = ${schema}`);
    return client;
  };
  const [sync, sales, inventory] = await Promise.all(['sync', 'sales', 'inventory'].map(connect));
  if (sync === undefined || sales === undefined || inventory === undefined) throw new Error('unreachable');
  const one = async (client: pg.Client, sql: string): Promise<Record<string, string | null>> =>
    (await client.query<Record<string, string | null>>(sql)).rows[0] ?? {};

  const isApplied = async (entries: number): Promise<boolean> => {
    const cursors = await one(sales, 'SELECT coalesce(sum(number), 0) AS n FROM journal_cursor');
    if (Number(cursors.n) < entries) return false;
    const log = await one(
      sales,
      'SELECT position, published, (SELECT count(*) FROM event_pending) AS pending FROM event_head',
    );
    if (log.pending !== '0' || log.position !== log.published) return false;
    const stock = await one(
      inventory,
      `SELECT h.position, h.published, (SELECT count(*) FROM event_pending) AS pending, c.position AS cursor
       FROM event_head h LEFT JOIN consumer_cursor c ON c.source = 'sales'`,
    );
    return stock.cursor === log.position && stock.pending === '0' && stock.position === stock.published;
  };

  return {
    numbered: async () =>
      Number(
        (
          await one(
            sync,
            'SELECT coalesce(sum(number), 0) AS n FROM (SELECT max(last_number) AS number FROM journal_page GROUP BY terminal) x',
          )
        ).n,
      ),
    until: async (entries, timeoutMs) => {
      const deadline = performance.now() + timeoutMs;
      while (!(await isApplied(entries))) {
        if (performance.now() > deadline) throw new Error(`${entries} entries were not applied within ${timeoutMs} ms`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    close: async () => {
      await Promise.all([sync.end(), sales.end(), inventory.end()]);
    },
  };
}
