import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { UPLOAD_HEADER, UPLOAD_SIGNATURE, type Problem } from '@nexus/contracts';
import { createTestTenant, startMain, startUrlProxy, waitFor, withSuperuser, type MainProcess } from '@nexus/testkit';
import type { RawUpload } from './journal/verify-upload.ts';
import { service } from './service.ts';
import { storedLines } from './testing/stored-lines.ts';
import type { TestTill } from './testing/test-till.ts';
import { createSyncSuite, type SyncSuite } from './testing/suite.ts';

jest.setTimeout(120_000);

/** Sync as a cluster runs it, with every engine but PostgreSQL away: nothing listens where it looks for them. */
const NOBODY = '127.0.0.1:1';
/** Longer than what a process remembers of a database that answered: two seconds and a half. */
const GRACE_MS = 6_000;

let suite: SyncSuite;
let database: Awaited<ReturnType<typeof startUrlProxy>>;
let main: MainProcess;
let url: string;

beforeAll(async () => {
  suite = await createSyncSuite();
  const provisioner = service.createProvisioner(suite.databases.provisionerUrl('sync'));
  await provisioner.migrateShared();
  await provisioner.close();
  database = await startUrlProxy(suite.databases.url('sync'));
  await restart();
});

afterAll(async () => {
  await main.end('SIGKILL');
  await database.close();
  await suite.close();
});

async function restart(): Promise<void> {
  main = await startMain({
    script: 'services/sync/src/main.ts',
    env: {
      NEXUS_HTTP_PORT: '0',
      NEXUS_METRICS_PORT: '0',
      NEXUS_DATABASE_URL: database.url,
      NEXUS_PROVISIONER_DATABASE_URL: suite.databases.provisionerUrl('sync'),
      NEXUS_MIGRATE_SHARED: 'false',
      NEXUS_MIGRATE_TENANTS: 'false',
      NEXUS_NATS_URL: `nats://${NOBODY}`,
      NEXUS_TEMPORAL_ADDRESS: NOBODY,
      NEXUS_READY_GRACE_MS: String(GRACE_MS),
    },
  });
  url = await main.url();
}

const headersOf = (upload: RawUpload): Record<string, string> => ({
  'content-type': 'application/x-ndjson',
  [UPLOAD_HEADER]: upload.header,
  [UPLOAD_SIGNATURE]: upload.signature,
});

const send = (upload: RawUpload): Promise<Response> =>
  fetch(`${url}/journal`, { method: 'POST', headers: headersOf(upload), body: new Uint8Array(upload.body) });

const probe = async (name: string): Promise<number> => (await fetch(`${url}/${name}`)).status;

/** Of the tenant's journal, whatever the process says. */
const storedOf = async (till: Pick<TestTill, 'terminal'>): Promise<number> => (await storedLines(suite, till)).length;

describe('with NATS, Temporal and Keycloak away', () => {
  test('it is ready, and stores what tills send', async () => {
    expect(await probe('readyz')).toBe(200);
    const till = (await suite.till()).sell(3);
    expect((await send(till.upload())).status).toBe(200);
    expect(await storedOf(till)).toBe(3);
    const metrics = await (await fetch(`${await main.metricsUrl()}/metrics`)).text();
    expect(metrics).toMatch(/nexus_http_server_duration_seconds_count\{[^}]*route="\/journal",status="2xx"\} 1/);
  });
});

describe('a tenant that is behind in its migration', () => {
  test('is told so; everybody else is served', async () => {
    const provisioner = service.createProvisioner(suite.databases.provisionerUrl('sync'));
    const late = await createTestTenant(provisioner);
    await provisioner.close();
    const newest = `(SELECT name FROM "t_${late.tenantId.replaceAll('-', '')}".schema_migration ORDER BY id DESC LIMIT 1)`;
    await withSuperuser(suite.databases.superuserUrl('sync'), (sql) =>
      sql(`DELETE FROM "t_${late.tenantId.replaceAll('-', '')}".schema_migration WHERE name = ${newest}`),
    );
    const answer = await send((await suite.till({ tenant: late })).sell(1).upload());
    expect(answer.status).toBe(503);
    expect(((await answer.json()) as Problem).code).toBe('NX-3002');
    expect((await send((await suite.till()).sell(1).upload())).status).toBe(200);
    expect(await probe('readyz')).toBe(200);
  });
});

describe('PostgreSQL away', () => {
  test('for a moment leaves it ready; for longer takes it out of service, and never ends it', async () => {
    const till = (await suite.till()).sell(1);
    await waitFor(async () => (await probe('readyz')) === 200);
    database.cut();
    const cutAt = performance.now();
    await waitFor(async () => (await send(till.upload())).status === 503, { intervalMs: 100 });
    expect(await probe('readyz')).toBe(200);
    await waitFor(async () => (await probe('readyz')) === 503, { intervalMs: 100 });
    // No sooner than the grace after it last answered, which a probe may have seen a moment before the cut.
    expect(performance.now() - cutAt).toBeGreaterThan(GRACE_MS - 1_000);
    expect(await probe('livez')).toBe(200);
    database.heal();
    await waitFor(async () => (await probe('readyz')) === 200, { intervalMs: 100 });
    expect((await send(till.upload())).status).toBe(200);
  });
});

describe('SIGTERM', () => {
  test('in the middle of an upload: it is stored and answered, then the process ends with 0', async () => {
    const till = (await suite.till()).sell(40);
    const upload = till.upload();
    const body = Buffer.from(upload.body);
    const { hostname, port } = new URL(url);
    const headers = { ...headersOf(upload), 'content-length': body.length, expect: '100-continue' };
    const slow = request({ hostname, port, path: '/journal', method: 'POST', headers });
    slow.flushHeaders();
    // Says that this one is in hand: what comes over another connection says nothing of it.
    await once(slow, 'continue');
    slow.write(body.subarray(0, 1_000));
    const answered = once(slow, 'response') as Promise<[{ statusCode: number; headers: Record<string, string> }]>;
    const ended = main.end('SIGTERM');
    await waitFor(async () => (await probe('readyz').catch(() => 503)) === 503);
    expect(main.alive()).toBe(true);
    slow.end(body.subarray(1_000));
    const [answer] = await answered;
    expect(answer.statusCode).toBe(200);
    expect(answer.headers.connection).toBe('close');
    expect(await ended).toBe(0);
    expect(await storedOf(till)).toBe(40);
  });

  test('takes no new connections, and a process after it finds everything', async () => {
    await expect(probe('livez')).rejects.toThrow();
    await restart();
    expect(await probe('readyz')).toBe(200);
  });
});
