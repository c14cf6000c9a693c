import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '@nexus/telemetry';
import {
  createProvisioner,
  createTenancyDb,
  tenantRole,
  tenantSchema,
  type Provisioner,
  type TenancyDb,
} from '@nexus/tenancy-db';
import {
  createTestDatabases,
  createTestTenant,
  waitFor,
  withSuperuser,
  type TestDatabases,
  type TestTenant,
} from '@nexus/testkit';
import { messagingSharedMigrations, messagingTenantMigrations, yearBound } from '../migrations/event-log.ts';
import { addEventLogPartitions, PartitionKeeper, type PartitionReport } from './partitions.ts';

const THIS_YEAR = new Date().getUTCFullYear();
const inYear = (ahead: number): Date => new Date(Date.UTC(THIS_YEAR + ahead, 2, 1));
/** An event id made in that year. */
const idIn = (ahead: number, n = 1): string =>
  `${yearBound(THIS_YEAR + ahead).slice(0, -12)}${String(n).padStart(12, '0')}`;

let databases: TestDatabases;
let provisioner: Provisioner;
let db: TenancyDb;
let tenant: TestTenant;

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['sales'] });
  provisioner = createProvisioner({
    service: 'sales',
    url: databases.provisionerUrl('sales'),
    tenantMigrations: messagingTenantMigrations,
    sharedMigrations: messagingSharedMigrations,
  });
  await provisioner.migrateShared();
  db = createTenancyDb({ service: 'sales', url: databases.url('sales') });
});
beforeEach(async () => {
  // Each test looks at tenants of its own: those of the one before have what it asked for.
  tenant = await createTestTenant(provisioner);
});
afterAll(async () => {
  await db.close();
  await provisioner.close();
  await databases.drop();
});

const add = (ahead: number): Promise<PartitionReport> =>
  addEventLogPartitions({ url: databases.provisionerUrl('sales'), now: inYear(ahead) });
const partitionsOf = ({ tenantId }: TestTenant): Promise<string[]> =>
  withSuperuser(databases.superuserUrl('sales'), async (sql) => {
    const rows = await sql<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r' ORDER BY 1`,
      [tenantSchema(tenantId)],
    );
    return rows.map(({ name }) => name);
  });
const years = (...ahead: number[]): string[] => [...ahead.map((n) => `event_log_${THIS_YEAR + n}`), 'event_log_rest'];
const log = (id: string) =>
  db.tx(tenant, (tx) =>
    tx.query(`INSERT INTO event_log (event_id, kind, version, data, size) VALUES ($1, 'x', 1, '{}', 2)`, [id]),
  );
const rowsIn = async (table: string): Promise<string[]> =>
  withSuperuser(databases.superuserUrl('sales'), async (sql) =>
    (await sql<{ id: string }>(`SELECT event_id AS id FROM ${tenantSchema(tenant.tenantId)}.${table} ORDER BY 1`)).map(
      ({ id }) => id,
    ),
  );

describe('partitions of the event log', () => {
  test('of a new tenant are those of two years and the rest, and nothing is missing', async () => {
    expect(await partitionsOf(tenant)).toEqual(years(0, 1));
    expect(await add(0)).toEqual({ added: 0, failed: [] });
  });

  test('of the next year are added in time for every tenant, once', async () => {
    const other = await createTestTenant(provisioner);
    expect((await add(1)).failed).toEqual([]);
    for (const one of [tenant, other]) expect(await partitionsOf(one)).toEqual(years(0, 1, 2));
    expect(await add(1)).toEqual({ added: 0, failed: [] });
    await log(idIn(2));
    expect(await rowsIn(`event_log_${THIS_YEAR + 2}`)).toEqual([idIn(2)]);
  });

  test('that come late take their events out of the rest', async () => {
    for (const id of [idIn(3), idIn(4, 1), idIn(4, 2), idIn(5), idIn(7)]) await log(id);
    expect((await rowsIn('event_log_rest')).length).toBe(5);
    await add(4);
    expect(await partitionsOf(tenant)).toEqual(years(0, 1, 4, 5));
    expect(await rowsIn(`event_log_${THIS_YEAR + 4}`)).toEqual([idIn(4, 1), idIn(4, 2)]);
    expect(await rowsIn(`event_log_${THIS_YEAR + 5}`)).toEqual([idIn(5)]);
    expect(await rowsIn('event_log_rest')).toEqual([idIn(3), idIn(7)]);
    expect((await rowsIn('event_log')).length).toBe(5);
  });

  test('give the tenant’s role no more than the log does: rows are added through it and never changed', async () => {
    await add(1);
    await log(idIn(2));
    const partition = `event_log_${THIS_YEAR + 2}`;
    for (const statement of [`DELETE FROM ${partition}`, `UPDATE ${partition} SET kind = 'y'`, 'DELETE FROM event_log'])
      await expect(db.tx(tenant, (tx) => tx.query(statement))).rejects.toMatchObject({ code: '42501' });
    expect(tenantRole(db.names, tenant.tenantId)).toContain(databases.prefix);
  });

  test('of a tenant that is busy are left for the next run; the others get theirs', async () => {
    const others = [await createTestTenant(provisioner), await createTestTenant(provisioner)];
    const schema = tenantSchema(tenant.tenantId);
    await withSuperuser(databases.superuserUrl('sales'), async (sql) => {
      await sql('BEGIN');
      await sql(`LOCK TABLE ${schema}.event_log IN ACCESS EXCLUSIVE MODE`);
      const { failed } = await add(1);
      expect(failed).toEqual([{ schema, year: THIS_YEAR + 2, reason: expect.stringMatching(/lock timeout/) }]);
      for (const other of others) expect(await partitionsOf(other)).toEqual(years(0, 1, 2));
      await sql('ROLLBACK');
    });
    expect(await partitionsOf(tenant)).toEqual(years(0, 1));
    expect(await add(1)).toEqual({ added: 1, failed: [] });
  });

  test('are added by two at once without harm, and by nobody who was told to stop', async () => {
    const stopped = await addEventLogPartitions({
      url: databases.provisionerUrl('sales'),
      now: inYear(1),
      signal: AbortSignal.abort(),
    });
    expect(stopped).toEqual({ added: 0, failed: [] });
    const both = await Promise.all([add(1), add(1)]);
    expect(both.map(({ failed }) => failed)).toEqual([[], []]);
    expect(await partitionsOf(tenant)).toEqual(years(0, 1, 2));
  });
});

describe('the keeper', () => {
  const logger = createLogger({ service: 'test', level: 'silent' });

  test('looks at its start and again and again, by the clock it is given', async () => {
    let now = inYear(1);
    const keeper = new PartitionKeeper({ url: databases.provisionerUrl('sales'), logger, now: () => now, everyMs: 20 });
    keeper.start();
    await waitFor(async () => (await partitionsOf(tenant)).length === 4);
    now = inYear(2);
    await waitFor(async () => (await partitionsOf(tenant)).length === 5);
    await keeper.stop();
    expect(await partitionsOf(tenant)).toEqual(years(0, 1, 2, 3));
  });

  test('outlives a database that is away', async () => {
    const keeper = new PartitionKeeper({ url: 'postgres://sales_provisioner@127.0.0.1:1/x', logger });
    keeper.start();
    await keeper.stop();
  });
});
