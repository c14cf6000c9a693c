import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createLogger } from '@nexus/telemetry';
import { createTenancyDb, uuidv7, type TenancyDb } from '@nexus/tenancy-db';
import { createTestDatabases, createTestTenant, waitFor, type TestDatabases, type TestTenant } from '@nexus/testkit';
import { service } from '../service.ts';
import { beginRun } from './rebuild-run.repository.ts';
import { RebuildRuns } from './rebuild-runs.ts';

const logger = createLogger({ service: 'sales', level: 'silent' });
let databases: TestDatabases;
let provisioner: ReturnType<typeof service.createProvisioner>;
let db: TenancyDb;
let tenant: TestTenant;
let runs: RebuildRuns;

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['sales'] });
  provisioner = service.createProvisioner(databases.provisionerUrl('sales'));
  await provisioner.migrateShared();
  db = createTenancyDb({ service: 'sales', url: databases.url('sales') });
});
beforeEach(async () => {
  tenant = await createTestTenant(provisioner);
  runs = new RebuildRuns(db, logger);
});
afterAll(async () => {
  await db.close();
  await provisioner.close();
  await databases.drop();
});

const ended = (id: string) =>
  waitFor(async () => {
    const run = await runs.read(tenant, id);
    return run.state !== 'running' && run;
  });

test('a run goes on after its request and says what came out', async () => {
  const { id, state } = await runs.begin(tenant);
  expect(state).toBe('running');
  expect(await ended(id)).toMatchObject({ state: 'done', events: 0, report: { equal: true, transactions: 0 } });
  await runs.stop();
});

test('one at a time in a tenant; others have their own, and know nothing of this one', async () => {
  const running = await db.tx(tenant, beginRun);
  await expect(runs.begin(tenant)).rejects.toMatchObject({ code: 'SAL-1001' });
  const other = await createTestTenant(provisioner);
  await expect(runs.read(other, running)).rejects.toMatchObject({ code: 'NX-1002' });
  await expect(runs.read(tenant, uuidv7())).rejects.toMatchObject({ code: 'NX-1002' });
  await runs.begin(other);
  await runs.stop();
});

test('one whose process has ended counts as failed and stands in nobody’s way', async () => {
  const lost = await db.tx(tenant, beginRun);
  await db.tx(tenant, (tx) => tx.query(`UPDATE rebuild_run SET beat_at = now() - interval '2 minutes'`));
  expect(await runs.read(tenant, lost)).toMatchObject({ state: 'failed', error: expect.stringContaining('has ended') });
  const { id } = await runs.begin(tenant);
  expect((await ended(id)).state).toBe('done');
  await runs.stop();
});

test('what cannot be rebuilt says why, and leaves everything as it was', async () => {
  await db.tx(tenant, (tx) =>
    tx.query(
      `INSERT INTO day_total (branch, business_date, terminal, currency, kind, transactions, lines, units, net, tax, gross)
       VALUES ($1, '2026-11-21', $1, 'GHS', 'sale', 1, 1, 1000, 1, 0, 1)`,
      [uuidv7()],
    ),
  );
  const event = uuidv7();
  await db.tx(tenant, async (tx) => {
    await tx.query(
      `INSERT INTO event_log (event_id, kind, version, data, size) VALUES ($1, 'transactions-recorded', 1, '{"transactions": 7}', 19)`,
      [event],
    );
    await tx.query('INSERT INTO event_pending (event_id) VALUES ($1)', [event]);
  });
  const { id } = await runs.begin(tenant);
  const run = await ended(id);
  expect(run.state).toBe('failed');
  expect(run.error).toBeTruthy();
  expect(await db.tx(tenant, (tx) => tx.query('SELECT 1 FROM day_total'))).toHaveLength(1);
  await runs.stop();
});
