import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { SERVICES, type ServiceName } from '@nexus/contracts';
import {
  createTestDatabases,
  freePort,
  getEngines,
  startMain,
  startTestNats,
  waitFor,
  type MainProcess,
  type TestDatabases,
  type TestNats,
} from '@nexus/testkit';

/*
 * Every process of the platform as a cluster runs it: its main file alone, settings from the environment, shared schemas
 * by the release's job.
 */

jest.setTimeout(120_000);

const engines = getEngines();
let databases: TestDatabases;
let nats: TestNats;
let directory: string;
const running = new Set<MainProcess>();

beforeAll(async () => {
  databases = await createTestDatabases({ services: SERVICES });
  nats = await startTestNats();
  directory = await mkdtemp(join(tmpdir(), 'nexus-alone-'));
});

afterAll(async () => {
  await Promise.all([...running].map((main) => main.end('SIGKILL')));
  await nats.stop();
  await databases.drop();
  await rm(directory, { recursive: true, force: true });
});

const common = (): Record<string, string> => ({
  NEXUS_HTTP_PORT: '0',
  NEXUS_METRICS_PORT: '0',
  NEXUS_NATS_URL: nats.url,
  NEXUS_TEMPORAL_ADDRESS: engines.temporal.address,
  NEXUS_TEMPORAL_NAMESPACE: engines.temporal.namespace,
  NEXUS_MIGRATE_SHARED: 'false',
  NEXUS_MIGRATE_TENANTS: 'false',
});

const ofService = (service: ServiceName): Record<string, string> => ({
  ...common(),
  NEXUS_DATABASE_URL: databases.url(service),
  NEXUS_PROVISIONER_DATABASE_URL: databases.provisionerUrl(service),
  ...(service === 'identity'
    ? {
        NEXUS_KEYCLOAK_URL: engines.keycloak.url,
        NEXUS_KEYCLOAK_ISSUER: engines.keycloak.issuer,
        NEXUS_KEYCLOAK_REALM: engines.keycloak.realm,
        NEXUS_KEYCLOAK_CLIENT_ID: engines.keycloak.identityClientId,
        NEXUS_KEYCLOAK_CLIENT_SECRET: engines.keycloak.identityClientSecret,
        NEXUS_TOKEN_KEY_FILE: join(directory, 'token-key.json'),
      }
    : {}),
});

async function start(script: string, env: Record<string, string>): Promise<MainProcess> {
  const main = await startMain({ script, env });
  running.add(main);
  return main;
}

const migrate = async (service: ServiceName, ...args: string[]): Promise<number | null> =>
  (await startMain({ script: `services/${service}/src/migrate.ts`, args, env: ofService(service) })).exited;

/** One that lives and has started, and is not ready: what it keeps its rows in is not there yet. */
async function startWaiting(service: ServiceName, env: Record<string, string> = {}): Promise<MainProcess> {
  const port = String(await freePort());
  const main = await start(`services/${service}/src/main.ts`, { ...ofService(service), NEXUS_HTTP_PORT: port, ...env });
  const probe = (name: string): Promise<Response> => fetch(`http://127.0.0.1:${port}/${name}`);
  await waitFor(async () => (await probe('livez')).ok, { timeoutMs: 60_000 });
  expect((await probe('startupz')).status).toBe(200);
  const ready = await probe('readyz');
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ checks: { 'shared-schema': false } });
  return main;
}

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

/** Answers all probes with yes, and measures. */
async function standsByItself(main: MainProcess, name: string): Promise<void> {
  const url = await main.url();
  await waitFor(async () => (await statusOf(`${url}/readyz`)) === 200, { timeoutMs: 60_000 });
  expect(await statusOf(`${url}/livez`)).toBe(200);
  expect(await statusOf(`${url}/startupz`)).toBe(200);
  expect(await statusOf(`${url}/metrics`)).toBe(404);
  const text = await (await fetch(`${await main.metricsUrl()}/metrics`)).text();
  expect(text).toContain(`nexus_ready{service="${name}"} 1`);
  expect(text).toContain('nodejs_eventloop_lag_seconds');
  if (name !== 'workflows') {
    for (const gauge of ['nexus_event_log_unpublished_events', 'nexus_failed_messages', 'nexus_db_pool_waiting'])
      expect(text).toContain(`${gauge}{service="${name}"} 0`);
    expect(text).not.toContain('nexus_gauges_failed_total{');
  }
}

describe('alone, with nothing but its environment', () => {
  test.each(SERVICES)('%s waits for its shared schema, works, and ends with 0', async (service) => {
    const main = await startWaiting(service);
    expect(await migrate(service, '--shared', '--tenants')).toBe(0);
    await standsByItself(main, service);
    expect(await main.end('SIGTERM')).toBe(0);
    running.delete(main);
  });

  test('workflows works, and ends with 0', async () => {
    const main = await start('workflows/src/main.ts', {
      ...common(),
      NEXUS_BUNDLE_CACHE_DIR: join(directory, 'bundles'),
    });
    await standsByItself(main, 'workflows');
    expect(await main.end('SIGTERM')).toBe(0);
    running.delete(main);
  });
});

test('a process that is told to stop while it waits for its schema ends with 0 too', async () => {
  const empty = await createTestDatabases({ services: ['sales'] });
  const main = await startWaiting('sales', { NEXUS_DATABASE_URL: empty.url('sales') });
  expect(await main.end('SIGTERM')).toBe(0);
  running.delete(main);
  await empty.drop();
});

describe('told to stop', () => {
  test('it says so while its doors are still open, answers, and sends its last spans before it ends', async () => {
    const collector = await startCollector();
    const main = await start('services/catalog/src/main.ts', {
      ...ofService('catalog'),
      NEXUS_OTLP_URL: collector.url,
      NEXUS_DRAIN_MS: '3000',
    });
    const url = await main.url();
    await waitFor(async () => (await statusOf(`${url}/readyz`)) === 200, { timeoutMs: 60_000 });
    const ended = main.end('SIGTERM');
    await waitFor(async () => (await statusOf(`${url}/readyz`)) === 503);
    expect(await statusOf(`${url}/livez`)).toBe(200);
    expect(await statusOf(`${url}/openapi.json`)).toBe(200);
    expect(await ended).toBe(0);
    running.delete(main);
    // Sent in batches, every few seconds: what came after the signal was still held when the process began to end.
    expect(collector.received()).toContain('/openapi.json');
    await collector.close();
  });
});

/** Takes whatever a process sends it, as an OpenTelemetry collector does over HTTP. */
async function startCollector() {
  let received = '';
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => (received += chunk.toString()));
    request.on('end', () => response.end('{}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received: () => received,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
