import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { defineEvent, defineRpc } from '@nexus/contracts';
import {
  appendEvent,
  callRpc,
  createConsumer,
  createEventRelay,
  messagingSharedMigrations,
  messagingTenantMigrations,
  onEvent,
  openNats,
  rpcHandler,
  RpcServer,
  type EventConsumer,
  type EventRelay,
  type NatsLink,
} from '@nexus/messaging';
import { createLogger, currentTraceId, startTelemetry, withSpan, type Telemetry } from '@nexus/telemetry';
import { createProvisioner, createTenancyDb, type Provisioner, type TenancyDb } from '@nexus/tenancy-db';
import {
  createTestDatabases,
  createTestTenant,
  startTestNats,
  waitFor,
  type TestDatabases,
  type TestNats,
  type TestTenant,
} from '@nexus/testkit';
import { z } from 'zod';

/* One trace from a request through SQL and NATS to whoever hears of it, in another service. */

jest.setTimeout(120_000);
const logger = createLogger({ service: 'test', level: 'fatal' });
const thingHappened = defineEvent({ service: 'sales', kind: 'thing-happened', version: 1, data: z.object({}) });
const whichTrace = defineRpc({
  ...{ service: 'sales', name: 'which-trace', scope: 'tenant', timeoutMs: 30_000 },
  request: z.strictObject({}),
  reply: z.object({ trace: z.string().optional() }),
});

let databases: TestDatabases;
let nats: TestNats;
let link: NatsLink;
let provisioners: Provisioner[];
let sales: TenancyDb;
let inventory: TenancyDb;
let tenant: TestTenant;
let relay: EventRelay;
let consumer: EventConsumer;
let telemetry: Telemetry;
const heardIn: (string | undefined)[] = [];

beforeAll(async () => {
  telemetry = await startTelemetry({ service: 'test' });
  databases = await createTestDatabases({ services: ['sales', 'inventory'] });
  nats = await startTestNats();
  link = openNats({ url: nats.url, name: 'test', logger });
  provisioners = (['sales', 'inventory'] as const).map((service) =>
    createProvisioner({
      service,
      url: databases.provisionerUrl(service),
      tenantMigrations: messagingTenantMigrations,
      sharedMigrations: messagingSharedMigrations,
    }),
  );
  for (const provisioner of provisioners) await provisioner.migrateShared();
  tenant = await createTestTenant(...provisioners);
  sales = createTenancyDb({ service: 'sales', url: databases.url('sales') });
  inventory = createTenancyDb({ service: 'inventory', url: databases.url('inventory') });
  relay = createEventRelay({ db: sales, nats: link, logger, pollMs: 100 });
  const handler = onEvent(thingHappened, () => {
    heardIn.push(currentTraceId());
    return Promise.resolve();
  });
  consumer = createConsumer({ db: inventory, nats: link, source: 'sales', handlers: [handler], logger });
  relay.start();
  consumer.start();
});
afterAll(async () => {
  await consumer.stop();
  await relay.stop();
  await link.close();
  await sales.close();
  await inventory.close();
  for (const provisioner of provisioners) await provisioner.close();
  await nats.stop();
  await databases.drop();
  await telemetry.shutdown();
});

test('an event is digested in the trace of what caused it', async () => {
  const cause = await withSpan('request', {}, async () => {
    await sales.tx(tenant, (tx) => appendEvent(sales, tx, thingHappened, {}));
    return currentTraceId();
  });
  await waitFor(() => heardIn.length > 0, { what: 'the event to be digested', timeoutMs: 60_000 });
  expect(cause).toMatch(/^[0-9a-f]{32}$/);
  expect(heardIn[0]).toBe(cause);
});

test('a question is answered in the trace of who asks', async () => {
  const server = new RpcServer(link, logger);
  server.serve([rpcHandler(whichTrace, () => Promise.resolve({ trace: currentTraceId() }))]);
  const ask = () => callRpc(link, whichTrace, tenant.tenantId, {});
  await waitFor(
    () =>
      ask().then(
        () => true,
        () => false,
      ),
    { what: 'the server to listen' },
  );
  const [asking, answered] = await withSpan('request', {}, async () => [currentTraceId(), await ask()] as const);
  expect(asking).toMatch(/^[0-9a-f]{32}$/);
  expect(answered.trace).toBe(asking);
  await server.stop();
});
