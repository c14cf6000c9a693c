import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readEvents, readHeads, securityState, WORKFLOW_TASK_QUEUE, type Problem } from '@nexus/contracts';
import {
  appendEvent,
  callRpc,
  createEventRelay,
  messagingSharedMigrations,
  messagingTenantMigrations,
  openNats,
  RpcServer,
  rpcHandler,
  type EventRelay,
  type NatsLink,
} from '@nexus/messaging';
import {
  createTestDatabases,
  realTemporalEnvironment,
  startTcpProxy,
  startTestNats,
  waitFor,
  withSuperuser,
  type TcpProxy,
  type TestDatabases,
  type TestNats,
} from '@nexus/testkit';
import { createMetrics } from '@nexus/telemetry';
import { connectTemporal, createWorkflowWorker, WorkerConnection, type WorkflowWorker } from '@nexus/temporal-kit';
import { createProvisioner, createTenancyDb, uuidv7, type TenancyDb } from '@nexus/tenancy-db';
import { createSigner, PERSON, quiet, type Signer } from '../test-support/http-fixture.ts';
import { life, noted, sampleService } from '../test-support/sample-service.ts';
import { readConfig, type RunningService } from './define-service.ts';

const tenant = { tenantId: uuidv7(), provisioningId: uuidv7() };
const stopping = new AbortController();
const metrics = createMetrics();
const revocations: { tenant: string | null; subject: string; notBefore: number }[] = [];

let databases: TestDatabases;
let nats: TestNats;
let natsCable: TcpProxy;
let temporalCable: TcpProxy;
let address: string;
let namespace: string;
let signer: Signer;
let running: RunningService;
let identity: { link: NatsLink; server: RpcServer };
let sales: { db: TenancyDb; relay: EventRelay };
let workflows: { worker: WorkflowWorker; connection: WorkerConnection };

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['catalog', 'sales'] });
  nats = await startTestNats();
  const environment = await realTemporalEnvironment();
  address = environment.address;
  namespace = environment.namespace ?? '';
  await environment.teardown();
  natsCable = await startTcpProxy({ port: nats.port });
  temporalCable = await startTcpProxy({ port: Number(address.split(':')[1]) });
  signer = await createSigner('k1');
  identity = answerAsIdentity();
  sales = await runSales();
  workflows = runWorkflows();
  natsCable.cut();
  temporalCable.cut();
  const env = {
    NEXUS_CATALOG_DATABASE_URL: databases.url('catalog'),
    NEXUS_CATALOG_PROVISIONER_DATABASE_URL: databases.provisionerUrl('catalog'),
    NEXUS_NATS_URL: `nats://127.0.0.1:${natsCable.port}`,
    NEXUS_TEMPORAL_ADDRESS: `127.0.0.1:${temporalCable.port}`,
    NEXUS_TEMPORAL_NAMESPACE: namespace,
    NEXUS_HTTP_PORT: '0',
    NEXUS_SECURITY_POLL_MS: '200',
  };
  const config = readConfig(sampleService, env);
  running = await sampleService.start({
    name: 'catalog',
    config,
    logger: quiet,
    metrics,
    version: '1',
    stopping: stopping.signal,
  });
}, 120_000);

afterAll(async () => {
  if (!stopping.signal.aborted) await running.stop();
  await workflows.worker.stop();
  await workflows.connection.close();
  await sales.relay.stop();
  await sales.db.close();
  await identity.server.stop();
  await identity.link.close();
  await Promise.all([natsCable.close(), temporalCable.close()]);
  await nats.stop();
  await databases.drop();
}, 180_000);

/** Keys and revocations, as identity answers them. */
function answerAsIdentity() {
  const link = openNats({ url: nats.url, name: 'identity', logger: quiet });
  const server = new RpcServer(link, quiet);
  server.serve([rpcHandler(securityState, () => Promise.resolve({ keys: [signer.jwk], revocations }))]);
  return { link, server };
}

/** The event log of the service that is listened to. */
async function runSales() {
  const provisioner = createProvisioner({
    service: 'sales',
    url: databases.provisionerUrl('sales'),
    tenantMigrations: messagingTenantMigrations,
    sharedMigrations: messagingSharedMigrations,
  });
  await provisioner.migrateShared();
  await provisioner.createTenant(tenant.tenantId, tenant.provisioningId);
  await provisioner.close();
  const db = createTenancyDb({ service: 'sales', url: databases.url('sales') });
  const relay = createEventRelay({ db, nats: identity.link, logger: quiet });
  relay.start();
  return { db, relay };
}

function runWorkflows() {
  const workflowsPath = join(import.meta.dirname, '../test-support/provision.workflow.ts');
  const connection = new WorkerConnection(address, quiet);
  const worker = createWorkflowWorker({ workflowsPath, connection, namespace, logger: quiet });
  worker.start();
  return { worker, connection };
}

const tokenOf = (claims: Record<string, unknown>) =>
  signer.sign({ ten: tenant.tenantId, perms: ['catalog:read', 'catalog:manage'], ...claims });
const send = async (path: string, init: RequestInit = {}, claims: Record<string, unknown> = {}, token?: string) =>
  fetch(`${running.url ?? ''}${path}`, {
    ...init,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token ?? (await tokenOf(claims))}`,
    },
  });
const codeOf = async (response: Response) => ((await response.json()) as Problem).code;

/** A message of sales that this service gave up earlier. */
async function setAside({ event, note }: { event: string; note: object }): Promise<void> {
  const envelope = {
    ...{ id: event, tenant: tenant.tenantId, service: 'sales', kind: noted.kind, version: 1 },
    ...{ epoch: 1, position: 1, at: '2026-11-21T00:00:00.000Z', data: note },
  };
  const db = createTenancyDb({ service: 'catalog', url: databases.url('catalog') });
  await db.tx(tenant, (tx) =>
    tx.query(
      `INSERT INTO failed_message (source, event_id, kind, envelope, error, attempts) VALUES ('sales', $1, $2, $3, 'x', 4)`,
      [event, noted.kind, JSON.stringify(envelope)],
    ),
  );
  await db.close();
}

describe('without NATS and Temporal', () => {
  test('the service is ready, because its database is there', async () => {
    const status = async (probe: string) => (await fetch(`${running.url ?? ''}${probe}`)).status;
    expect(await status('/livez')).toBe(200);
    // It listens at once and brings its shared schema up meanwhile.
    for (const probe of ['/startupz', '/readyz'])
      await waitFor(async () => (await status(probe)) === 200, { what: `200 from ${probe}`, timeoutMs: 90_000 });
  });

  test('tokens cannot be judged yet, and it says so', async () => {
    const response = await send(`/notes/${randomUUID()}`);
    expect([response.status, await codeOf(response)]).toEqual([503, 'NX-3001']);
  });
});

describe('when they come', () => {
  test('tokens are verified with the keys that identity gives', async () => {
    natsCable.heal();
    await waitFor(async () => (await send(`/notes/${randomUUID()}`)).status === 404, { timeoutMs: 90_000 });
  });

  test('a tenant that is not here is not known', async () => {
    const response = await send(`/notes/${randomUUID()}`);
    expect([response.status, await codeOf(response)]).toEqual([404, 'NX-3003']);
  });

  test('a workflow makes the tenant’s schema', async () => {
    temporalCable.heal();
    const temporal = connectTemporal({ address, namespace, logger: quiet });
    const options = { taskQueue: WORKFLOW_TASK_QUEUE, workflowId: `provision/${tenant.tenantId}`, args: [tenant] };
    await temporal.call('provision', (client) => client.workflow.execute('provision', options), 45_000);
    await temporal.close();
  });

  test('the tenant works, and is his alone', async () => {
    const id = uuidv7();
    const written = await send(`/notes/${id}`, { method: 'PUT', body: JSON.stringify({ text: 'kente' }) });
    expect(written.status).toBe(204);
    expect(await (await send(`/notes/${id}`)).json()).toEqual({ notes: [{ id, text: 'kente' }] });
    expect((await send(`/notes/${id}`, {}, { ten: uuidv7() })).status).toBe(404);
  });

  test('the audit of the event log is there for whoever sees the whole chain', async () => {
    const ask = (claims: Record<string, unknown>) =>
      send('/audit/audit-event-log', { method: 'POST', body: '{}' }, { perms: ['audit:read'], ...claims });
    expect(await (await ask({})).json()).toMatchObject({ head: 0, pending: 0 });
    expect((await ask({ branches: [uuidv7()] })).status).toBe(403);
  });

  test('messages that it could not digest are seen and tried again by whoever sees the whole chain', async () => {
    const id = uuidv7();
    await setAside({ event: id, note: { id, text: 'late' } });
    const manage = { perms: ['messages:manage'] };
    const list = async (claims: Record<string, unknown> = {}) => send('/failed-messages', {}, { ...manage, ...claims });
    expect(await (await list()).json()).toMatchObject({ items: [{ event: id, source: 'sales', attempts: 4 }] });
    for (const claims of [{ perms: ['exceptions:settle'] }, { branches: [uuidv7()] }])
      expect((await list(claims)).status).toBe(403);

    const retry = (path: string, claims: Record<string, unknown> = {}, body?: string) =>
      send(path, { method: 'POST', ...(body === undefined ? {} : { body }) }, { ...manage, ...claims });
    for (const path of [`/failed-messages/${id}/retry`, '/failed-messages/retries'])
      expect((await retry(path, { branches: [uuidv7()] }, path.endsWith('retries') ? '{}' : undefined)).status).toBe(
        403,
      );
    expect((await retry(`/failed-messages/${uuidv7()}/retry`)).status).toBe(404);
    expect(await (await retry(`/failed-messages/${id}/retry`)).json()).toEqual({ outcome: 'digested' });
    expect(await (await send(`/notes/${id}`)).json()).toEqual({ notes: [{ id, text: 'late' }] });
    expect(await (await list()).json()).toEqual({ items: [] });

    const [second, third] = [uuidv7(), uuidv7()];
    await setAside({ event: second, note: { id: second, text: 'later' } });
    await setAside({ event: third, note: { id: third, text: 7 } });
    const all = await retry('/failed-messages/retries', {}, '{}');
    expect(await all.json()).toEqual({ digested: 1, failed: 1 });
    expect(await (await list()).json()).toMatchObject({ items: [{ event: third, attempts: 5 }] });
  });
});

describe('it is measured', () => {
  const seen = async (line: string): Promise<boolean> => (await metrics.text()).includes(line);
  const until = (line: string) => waitFor(() => seen(line), { what: line, timeoutMs: 90_000 });

  /** A note by sales, told by its own log and relay. */
  const tell = (text: unknown): Promise<string> =>
    sales.db.tx(tenant, (tx) => appendEvent(sales.db, tx, noted, { id: uuidv7(), text: text as string }));

  const failedMessagesKept = async (): Promise<number | undefined> =>
    withSuperuser(databases.superuserUrl('catalog'), async (sql) => {
      const [row] = await sql<{ figures: { count: number } | null }>(
        `SELECT figures FROM nexus.tenant_figure WHERE name = 'failed-messages' AND tenant_id = $1`,
        [tenant.tenantId],
      );
      return row?.figures?.count;
    });

  test('requests, by route', async () => {
    await until(
      'nexus_http_server_duration_seconds_count{service="catalog",method="PUT",route="/notes/:id",status="2xx"} 1',
    );
  });

  test('activities, by how they ended', async () => {
    await until(
      'nexus_activity_duration_seconds_count{service="catalog",activity="createTenantSchema",outcome="ok"} 1',
    );
  });

  test('questions of other services, by how they were answered', async () => {
    await callRpc(identity.link, readHeads('catalog'), null, { withinSeconds: 0 });
    await callRpc(identity.link, readEvents('catalog'), uuidv7(), { epoch: 0, after: 0, limit: 1 }).catch(
      () => undefined,
    );
    await until('nexus_rpc_server_duration_seconds_count{service="catalog",question="heads",outcome="ok"} 1');
    await until('nexus_rpc_server_duration_seconds_count{service="catalog",question="events",outcome="NX-3003"} 1');
  });

  test('events of other services, and what was set aside of them', async () => {
    const labels = 'service="catalog",source="sales"';
    await tell('kente');
    await until(`nexus_events_applied_total{${labels},outcome="ok"} 1`);
    await until(`nexus_event_batch_duration_seconds_count{${labels},outcome="ok"}`);
    // One that could not be digested a second time either is counted by now.
    await waitFor(async () => (await failedMessagesKept()) === 1, { timeoutMs: 90_000 });
    await tell(7);
    await until(`nexus_events_applied_total{${labels},outcome="set-aside"} 1`);
    await until('nexus_failed_messages{service="catalog"} 2');
    await until(`nexus_consumer_backlog_tenants{${labels}} 0`);
    // Two rounds of counting, and what a scrape keeps.
  }, 120_000);

  test('its own log, and its connections', async () => {
    await until('nexus_event_log_oldest_unpublished_seconds{service="catalog"} 0');
    await until('nexus_db_pool_connections{service="catalog",state="busy"} 0');
    await until('nexus_ready{service="catalog"} 1');
  });
});

describe('when identity goes away', () => {
  test('nothing changes for tokens already known', async () => {
    natsCable.cut();
    expect((await send(`/notes/${randomUUID()}`)).status).toBe(200);
    natsCable.heal();
  });

  test('a revocation arrives with the next poll', async () => {
    const token = await tokenOf({ iat: Math.floor(Date.now() / 1000) - 10 });
    const path = `/notes/${randomUUID()}`;
    expect((await send(path, {}, {}, token)).status).toBe(200);
    revocations.push({ tenant: tenant.tenantId, subject: PERSON, notBefore: Math.floor(Date.now() / 1000) - 5 });
    await waitFor(async () => (await send(path, {}, {}, token)).status === 401);
    expect((await send(path)).status).toBe(200);
  });
});

test('it stops in order: not ready, requests in hand answered, then its own work, then nothing', async () => {
  const base = running.url ?? '';
  const inHand = fetch(`${base}/until-stop`);
  await waitFor(() => life.includes('request'));
  stopping.abort();
  expect((await fetch(`${base}/readyz`)).status).toBe(503);
  await running.stop();
  expect(await (await inHand).json()).toEqual({ ended: 'in order' });
  expect(life).toEqual(['background started', 'request', 'background stopped']);
  await expect(fetch(`${base}/livez`)).rejects.toThrow();
});
