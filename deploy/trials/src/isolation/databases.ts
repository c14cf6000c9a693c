import { expect, test } from '@jest/globals';
import { SERVICES } from '@nexus/contracts';
import pg from 'pg';
import { inDatabaseOf, rows, tenantSchema } from './footprint.ts';
import type { World } from './world.ts';

const REFUSED = '42501';
/** PgBouncer hands PostgreSQL's words on under a code of its own. */
const NOT_ENTERED = 'permission denied for database';

/** The logins of services, by the way that services themselves take. */
export function databasesSuite(world: () => World): void {
  test('a service login without a tenant’s role reads no table, takes no foreign role and enters no foreign database', async () => {
    const wrong: string[] = [];
    for (const service of SERVICES) {
      wrong.push(...(await readsWhatItMayNot(world(), service)));
      for (const other of SERVICES.filter((one) => one !== service)) {
        const answer = await entering(world(), service, other);
        if (!answer.includes(NOT_ENTERED)) wrong.push(`${service} in the database of ${other} → ${answer}`);
      }
    }
    expect(wrong).toEqual([]);
  });
}

const databaseUrl = ({ platform }: World, service: string): URL =>
  new URL(platform.platform.services[service]?.databaseUrl ?? '');
const codeOf = (error: unknown): string => String((error as { code?: string }).code);

async function readsWhatItMayNot(world: World, service: string): Promise<string[]> {
  const tables = await inDatabaseOf(world.platform, service, (sql) =>
    rows<{ name: string }>(
      sql,
      `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
       WHERE schemaname IN ('nexus', $1, $2)`,
      [tenantSchema(world.a.tenant.id), tenantSchema(world.b.tenant.id)],
    ),
  );
  if (tables.length < 6) return [`${service} has only ${tables.length} tables to try`];
  const others = SERVICES.filter((one) => one !== service);
  const attempts = [
    ...tables.map(({ name }) => `SELECT 1 FROM ${name} LIMIT 1`),
    ...others.map((other) => `SET ROLE ${other}_shared`),
    ...others.map((other) => `SET ROLE ${tenantSchema(world.a.tenant.id)}_${other}`),
  ];
  const client = new pg.Client({ connectionString: databaseUrl(world, service).href });
  await client.connect();
  const wrong: string[] = [];
  for (const attempt of attempts) {
    const code = await client.query(attempt).then(() => 'done', codeOf);
    if (code !== REFUSED) wrong.push(`${service}: ${attempt} → ${code}`);
  }
  await client.end();
  return wrong;
}

async function entering(world: World, service: string, other: string): Promise<string> {
  const foreign = databaseUrl(world, service);
  foreign.pathname = databaseUrl(world, other).pathname;
  const stranger = new pg.Client({ connectionString: foreign.href });
  const answer = await stranger
    .connect()
    // A pooler lets in whoever has a password, and learns of the refusal at the first statement.
    .then(() => stranger.query('SELECT 1'))
    .then(() => 'connected', String);
  await stranger.end().catch(() => undefined); // it was never open, or the refusal closed it
  return answer;
}
