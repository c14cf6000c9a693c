import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { messagingSharedMigrations, messagingTenantMigrations } from '@nexus/messaging';
import {
  createProvisioner,
  createTenancyDb,
  migration,
  type Provisioner,
  type SharedTx,
  type TenancyDb,
} from '@nexus/tenancy-db';
import { createTestDatabases, createTestTenant, waitFor, type TestDatabases, type TestTenant } from '@nexus/testkit';
import { quiet } from '../test-support/http-fixture.ts';
import { tenantFigureMigration } from './tenant-figure.migration.ts';
import { alignTenants, claimFigures } from './tenant-figure.repository.ts';
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
}, 180_000);

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

function start(own: TenantFigure): TenantFigures {
  const figures = new TenantFigures({ db, logger: quiet, everyMs: 20 });
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

  test('are shared between processes: what one has taken on no other takes, nor waits for', async () => {
    for (let n = 0; n < 3; n += 1) await createTestTenant(provisioner);
    await db.shared((tx) => alignTenants(tx, ['things']));
    const claim = (tx: SharedTx) => claimFigures(tx, ['things'], 2, 60_000);
    const [mine, theirs] = await db.shared(async (tx) => {
      const first = await claim(tx);
      return [first, await db.shared(claim)];
    });
    expect(mine).toHaveLength(2);
    expect(theirs.length).toBeGreaterThan(0);
    const ids = [...mine, ...theirs].map(({ tenantId }) => tenantId);
    expect(new Set(ids).size).toBe(ids.length);
    const later = await db.shared((tx) => claimFigures(tx, ['things'], 100, 60_000));
    expect(later.filter(({ tenantId }) => ids.includes(tenantId))).toEqual([]);
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
