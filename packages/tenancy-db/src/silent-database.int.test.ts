import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import {
  createTestDatabases,
  createTestTenant,
  startUrlProxy,
  waitFor,
  type TestDatabases,
  type TestTenant,
} from '@nexus/testkit';
import { EntitySchema } from 'typeorm';
import { createProvisioner, createTenancyDb, migration, type Provisioner, type TenancyDb } from './index.ts';

const Note = new EntitySchema<{ id: number }>({ name: 'note', columns: { id: { type: Number, primary: true } } });
const noteMigration = migration({ number: 100, name: 'note', up: ['CREATE TABLE note (id int PRIMARY KEY)'] });
/** The limits are what is tested; without them TCP waits for a quarter of an hour, and the test for its own end. */
const LIMITS = { connectMs: 1_500, statementMs: 1_000, answerMs: 800 };
const POOL = 2;

let databases: TestDatabases;
let provisioner: Provisioner;
let tenant: TestTenant;
let cable: Awaited<ReturnType<typeof startUrlProxy>>;
let db: TenancyDb;

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['sales'] });
  provisioner = createProvisioner({
    service: 'sales',
    url: databases.provisionerUrl('sales'),
    tenantMigrations: [noteMigration],
  });
  await provisioner.migrateShared();
  tenant = await createTestTenant(provisioner);
  cable = await startUrlProxy(databases.url('sales'));
  db = createTenancyDb({ service: 'sales', url: cable.url, poolSize: POOL, limits: LIMITS, entities: [Note] });
});
afterEach(async () => {
  cable.heal();
  await comesBack();
});
afterAll(async () => {
  await db.close();
  await cable.close();
  await provisioner.close();
  await databases.drop();
});

const look = (): Promise<unknown> => db.tx(tenant, (tx) => tx.query('SELECT 1'));
const comesBack = (): Promise<unknown> => waitFor(() => db.ping(), { what: 'the database to answer again' });
const unavailable = { code: 'NX-3001', status: 503 };

/** Begins a transaction and gives it what is to happen once it is in the middle. */
const inTheMiddle = (goOn: (tx: Parameters<Parameters<TenancyDb['tx']>[1]>[0]) => Promise<unknown>) =>
  db.tx(tenant, async (tx) => {
    await tx.query('SELECT 1');
    cable.fallSilent();
    await goOn(tx);
  });

test('a transaction that begins while the database is silent ends, and so do those that wait for its connection', async () => {
  await look();
  cable.fallSilent();
  const asked = Array.from({ length: 4 * POOL }, look);
  for (const end of await Promise.allSettled(asked))
    expect(end).toMatchObject({ status: 'rejected', reason: unavailable });
  expect(await db.ping()).toBe(false);
  cable.heal();
  await comesBack();
  await expect(Promise.all(Array.from({ length: 4 * POOL }, look))).resolves.toHaveLength(4 * POOL);
});

test.each([
  ['a statement', (tx) => tx.query('SELECT 1')],
  ['pipelined statements', (tx) => Promise.all([1, 2, 3].map((n) => tx.bulk('n', 'SELECT $1::int', [n])))],
  ['a statement of TypeORM', (tx) => tx.manager.find(Note)],
  ['the commit', () => Promise.resolve()],
] satisfies [string, Parameters<typeof inTheMiddle>[0]][])('%s of a transaction in hand ends', async (_what, goOn) => {
  await expect(inTheMiddle(goOn)).rejects.toMatchObject(unavailable);
});

test('what work caught in the middle does not hide that the connection is gone', async () => {
  await expect(inTheMiddle((tx) => tx.query('SELECT 1').catch(() => undefined))).rejects.toMatchObject(unavailable);
});

test('a statement that may take longer does, while the database is there', async () => {
  const longer = LIMITS.statementMs + LIMITS.answerMs + 200;
  await expect(
    db.tx(tenant, (tx) => tx.query('SELECT pg_sleep($1)', [longer / 1000]), { statementTimeoutMs: 60_000 }),
  ).resolves.toHaveLength(1);
});

test('one that takes too long is ended by the database, and its connection serves on', async () => {
  await look();
  const before = cable.accepted();
  await expect(db.tx(tenant, (tx) => tx.query('SELECT pg_sleep(60)'))).rejects.toMatchObject({ code: '57014' });
  await look();
  expect(cable.accepted()).toBe(before);
});
