import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { messagingSharedMigrations, messagingTenantMigrations } from '@nexus/messaging';
import { createProvisioner, createTenancyDb, migration, type Provisioner, type TenancyDb } from '@nexus/tenancy-db';
import { createTestDatabases, createTestTenant, waitFor, type TestDatabases, type TestTenant } from '@nexus/testkit';
import { quiet } from '../test-support/http-fixture.ts';
import { tenantFigureMigration } from './tenant-figure.migration.ts';
import { TenantFigures, type TenantFigure } from './tenant-figures.ts';

let databases: TestDatabases;
let provisioner: Provisioner;
let db: TenancyDb;
const started: TenantFigures[] = [];

const migrations = [
  ...messagingTenantMigrations,
  migration({ number: 100, name: 'thing', up: ['CREATE TABLE thing ()'] }),
];

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['catalog'] });
  provisioner = createProvisioner({
    service: 'catalog',
    url: databases.provisionerUrl('catalog'),
    tenantMigrations: migrations,
    sharedMigrations: [...messagingSharedMigrations, tenantFigureMigration],
  });
  await provisioner.migrateShared();
  db = createTenancyDb({ service: 'catalog', url: databases.url('catalog'), poolSize: 4 });
}, 60_000);

beforeEach(() => db.shared((tx) => tx.query('DELETE FROM tenant_figure')));

afterEach(async () => {
  await Promise.all(started.splice(0).map((figures) => figures.stop()));
});

afterAll(async () => {
  await db.close();
  await provisioner.close();
  await databases.drop();
});

const things: TenantFigure = {
  name: 'things',
  async count(tx) {
    const [row] = await tx.query<{ count: string }>('SELECT count(*) FROM thing');
    return { count: Number(row?.count) };
  },
};

function start(own: TenantFigure, everyMs = 20): TenantFigures {
  const figures = new TenantFigures({ db, logger: quiet, everyMs });
  figures.add([own]);
  figures.start();
  started.push(figures);
  return figures;
}

async function kept(tenant: TestTenant): Promise<unknown> {
  const [row] = await db.shared((tx) =>
    tx.query<{ figures: unknown }>('SELECT figures FROM tenant_figure WHERE tenant_id = $1', [tenant.tenantId]),
  );
  return row?.figures;
}
const addThing = (tenant: TestTenant): Promise<unknown> =>
  db.tx(tenant, (tx) => tx.query('INSERT INTO thing DEFAULT VALUES'));
async function settled(tenant: TestTenant, count: number): Promise<void> {
  await waitFor(async () => ((await kept(tenant)) as { count?: number } | undefined)?.count === count);
}

describe('figures of tenants', () => {
  test('are counted once for each, and again only for whom something changed', async () => {
    const [busy, calm] = [await createTestTenant(provisioner), await createTestTenant(provisioner)];
    const counted: string[] = [];
    const figures = start({ ...things, count: (tx) => (counted.push(tx.tenantId), things.count(tx)) });
    await settled(busy, 0);
    await settled(calm, 0);
    await addThing(busy);
    figures.changed('things', busy.tenantId);
    await settled(busy, 1);
    expect(counted.filter((tenantId) => tenantId === calm.tenantId)).toHaveLength(1);
  });

  test('that nobody has told of are counted again after a while', async () => {
    const tenant = await createTestTenant(provisioner);
    start(things);
    await settled(tenant, 0);
    await addThing(tenant);
    await db.shared((tx) =>
      tx.query(
        `UPDATE tenant_figure SET counted_at = now() - interval '61 minutes', wanted_at = now() - interval '1 day'
         WHERE tenant_id = $1`,
        [tenant.tenantId],
      ),
    );
    await settled(tenant, 1);
  });

  test('are shared between processes: each is counted by one of them', async () => {
    const tenants = [];
    for (let n = 0; n < 6; n += 1) tenants.push(await createTestTenant(provisioner));
    const counted: string[] = [];
    const counting = {
      ...things,
      count: (tx: Parameters<typeof things.count>[0]) => (counted.push(tx.tenantId), things.count(tx)),
    };
    // Their first round is all that they do while this test looks.
    start(counting, 600_000);
    start(counting, 600_000);
    for (const tenant of tenants) await settled(tenant, 0);
    for (const { tenantId } of tenants) expect(counted.filter((id) => id === tenantId)).toHaveLength(1);
  });

  test('of a tenant that is gone are gone; one that cannot be counted holds nobody up', async () => {
    const [gone, broken, well] = [
      await createTestTenant(provisioner),
      await createTestTenant(provisioner),
      await createTestTenant(provisioner),
    ];
    start({
      ...things,
      count: (tx) => (tx.tenantId === broken.tenantId ? Promise.reject(new Error('broken')) : things.count(tx)),
    });
    await settled(well, 0);
    await settled(gone, 0);
    expect(await kept(broken)).toBeNull();
    await provisioner.dropTenant(gone.tenantId, gone.provisioningId);
    start(things); // its first round looks who is still there
    await waitFor(async () => (await kept(gone)) === undefined);
  });
});
