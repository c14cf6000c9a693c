import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabases, type TestDatabases } from './databases.ts';
import { startPgBouncer, type TestPgBouncer } from './pgbouncer.ts';
import { withSuperuser } from './superuser.ts';

let databases: TestDatabases;
let pooler: TestPgBouncer;

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['sales', 'sync'] });
  pooler = await startPgBouncer(databases);
});
afterAll(async () => {
  await pooler.stop();
  await databases.drop();
});

const whoAmI = (url: string): Promise<{ login: string; database: string }[]> =>
  withSuperuser(url, (sql) => sql('SELECT current_user AS login, current_database() AS database'));

describe('test databases', () => {
  test('each service has its own, and its logins reach no other', async () => {
    const { prefix } = databases;
    expect(await whoAmI(databases.url('sales'))).toEqual([
      { login: `${prefix}sales_service`, database: `${prefix}nexus_sales` },
    ]);
    const foreign = databases.url('sales').replace('nexus_sales', 'nexus_sync');
    await expect(whoAmI(foreign)).rejects.toThrow('permission denied for database');
  });

  test('the same logins come through the pooler', async () => {
    expect(await whoAmI(pooler.url('sync'))).toEqual(await whoAmI(databases.url('sync')));
  });

  test('a service that was not asked for is an error of the test', () => {
    expect(() => databases.url('catalog')).toThrow('asked for no database of catalog');
  });

  test('drop leaves neither database nor role, not even a tenant role', async () => {
    const gone = await createTestDatabases({ services: ['catalog'] });
    await withSuperuser(gone.provisionerUrl('catalog'), async (sql) => {
      await sql(`CREATE ROLE "${gone.prefix}t_00_catalog" NOLOGIN`);
      await sql(`GRANT "${gone.prefix}t_00_catalog" TO "${gone.prefix}catalog_service" WITH INHERIT FALSE, SET TRUE`);
    });
    await gone.drop();
    const left = await withSuperuser(databases.superuserUrl('sales'), (sql) =>
      sql(
        `SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)
         UNION ALL SELECT rolname FROM pg_roles WHERE starts_with(rolname, $1)`,
        [gone.prefix],
      ),
    );
    expect(left).toEqual([]);
  });
});
