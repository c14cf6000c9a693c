import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { messagingSharedMigrations, messagingTenantMigrations } from '@nexus/messaging';
import { createProvisioner, migration, type Provisioner } from '@nexus/tenancy-db';
import {
  createTestDatabases,
  createTestTenant,
  startUrlProxy,
  waitFor,
  withSuperuser,
  type TestDatabases,
  type TestTenant,
} from '@nexus/testkit';
import { runMigrate } from './run-migrate.ts';

const BEFORE = migration({ number: 100, name: 'thing', up: ['CREATE TABLE thing (id uuid PRIMARY KEY)'] });
const AFTER = migration({ number: 101, name: 'thing-name', up: ['ALTER TABLE thing ADD name text'] });

let databases: TestDatabases;
let before: Provisioner;
let proxy: Awaited<ReturnType<typeof startUrlProxy>>;
const tenants: TestTenant[] = [];

const provisionerWith = (url: string, ...own: readonly ReturnType<typeof migration>[]): Provisioner =>
  createProvisioner({
    service: 'catalog',
    url,
    tenantMigrations: [...messagingTenantMigrations, ...own],
    sharedMigrations: messagingSharedMigrations,
  });

/** This release's service, one migration newer than the tenants. */
const service = { name: 'catalog', createProvisioner: (url: string) => provisionerWith(url, BEFORE, AFTER) };

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['catalog'] });
  before = provisionerWith(databases.provisionerUrl('catalog'), BEFORE);
}, 180_000);

afterAll(async () => {
  await before.close();
  await proxy.close();
  await databases.drop();
});

interface Run {
  readonly url?: string;
  /** Told to stop before it began. */
  readonly stop?: boolean;
  readonly createProvisioner?: (url: string) => Provisioner;
}

async function run(args: readonly string[], options: Run = {}) {
  const { url = databases.provisionerUrl('catalog'), stop = false, createProvisioner: made } = options;
  const stopping = new AbortController();
  if (stop) stopping.abort(new Error('told to stop by SIGTERM'));
  let out = '';
  let err = '';
  const code = await runMigrate(made === undefined ? service : { ...service, createProvisioner: made }, {
    args,
    env: url === '' ? {} : { NEXUS_PROVISIONER_DATABASE_URL: url, NEXUS_MIGRATE_WAIT_MS: '20000' },
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    stopping: stopping.signal,
  });
  return { code, out, err };
}

/** All that `--json` wrote: one object a line, and nothing else. */
const objects = (out: string): unknown[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

const behind = async (): Promise<number> =>
  withSuperuser(databases.superuserUrl('catalog'), async (sql) => {
    const [row] = await sql<{ count: string }>('SELECT count(*) FROM nexus.tenant WHERE schema_version <> $1', [
      AFTER.name,
    ]);
    return Number(row?.count);
  });

describe('called wrongly it does nothing and says how it is called', () => {
  test.each([[[]], [['--everything']], [['--shared', 'now']]])('%j', async (args) => {
    const { code, err } = await run(args);
    expect(code).toBe(2);
    expect(err).toContain('--tenants');
  });

  test('without its setting it names that', async () => {
    expect(await run(['--shared'], { url: '' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('NEXUS_PROVISIONER_DATABASE_URL'),
    });
  });

  test('asked for help it gives help', async () => {
    expect(await run(['--help'], { url: '' })).toMatchObject({ code: 0, out: expect.stringContaining('--shared') });
  });
});

describe('a release', () => {
  test('waits for a database that fails over meanwhile, and brings the shared schema up', async () => {
    proxy = await startUrlProxy(databases.provisionerUrl('catalog'));
    proxy.cut();
    let failures = 0;
    const healing = (url: string): Provisioner => {
      const provisioner = service.createProvisioner(url);
      const migrateShared = provisioner.migrateShared.bind(provisioner);
      return Object.assign(provisioner, {
        migrateShared: () =>
          migrateShared().catch((error: unknown) => {
            failures += 1;
            proxy.heal();
            throw error;
          }),
      });
    };
    const migrated = await run(['--shared'], { url: proxy.url, createProvisioner: healing });
    expect(migrated).toMatchObject({ code: 0, out: 'catalog: the shared schema is up to date\n' });
    expect(failures).toBe(1);
  });

  test('brings every tenant up, and says the same twice', async () => {
    for (let n = 0; n < 3; n += 1) tenants.push(await createTestTenant(before));
    expect(await behind()).toBe(3);
    expect(objects((await run(['--tenants', '--json'])).out)).toContainEqual({
      service: 'catalog',
      event: 'tenants',
      migrated: 3,
      failed: [],
    });
    expect(await behind()).toBe(0);
    expect(await run(['--shared', '--tenants'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 tenants brought up to date, 0 failed'),
    });
  });

  test('names the tenant that fails, brings up the others, and ends with 1', async () => {
    const [broken] = [await createTestTenant(before), await createTestTenant(before)];
    const schema = `t_${broken.tenantId.replaceAll('-', '')}`;
    const inSchema = (sql: string) =>
      withSuperuser(databases.superuserUrl('catalog'), (query) => query(`ALTER TABLE ${schema}.thing ${sql}`));
    await inSchema('ADD name text');
    const { code, err } = await run(['--tenants']);
    expect(code).toBe(1);
    expect(err).toContain(broken.tenantId);
    const others = (['log', 'info', 'warn', 'error'] as const).map((how) => jest.spyOn(console, how));
    const again = await run(['--tenants', '--json']);
    expect(objects(again.out)).toEqual([
      {
        ...{ service: 'catalog', event: 'tenants', migrated: 0 },
        failed: [{ tenantId: broken.tenantId, reason: expect.stringContaining('"name"') }],
      },
    ]);
    // Nobody else writes to the same place.
    for (const other of others) expect(other).not.toHaveBeenCalled();
    for (const other of others) other.mockRestore();
    expect(await behind()).toBe(1);
    await inSchema('DROP name');
    expect((await run(['--tenants'])).code).toBe(0);
    expect(await behind()).toBe(0);
  });

  test('told to stop, breaks off after the tenant in hand; the next run goes on', async () => {
    for (let n = 0; n < 3; n += 1) await createTestTenant(before);
    expect(await run(['--tenants'], { stop: true })).toMatchObject({ code: 1, err: expect.stringContaining('again') });
    expect(await behind()).toBe(3);
    const stopping = new AbortController();
    const interrupted = runMigrate(service, {
      args: ['--tenants', '--json'],
      env: { NEXUS_PROVISIONER_DATABASE_URL: databases.provisionerUrl('catalog') },
      out: () => undefined,
      err: () => undefined,
      stopping: stopping.signal,
    });
    await waitFor(async () => (await behind()) < 3, { intervalMs: 1 });
    stopping.abort();
    await interrupted;
    await run(['--tenants']);
    expect(await behind()).toBe(0);
  });
});
