import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { defineEvent } from '@nexus/contracts';
import { createLogger } from '@nexus/telemetry';
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
import {
  appendEvent,
  createConsumer,
  createEventRelay,
  messagingSharedMigrations,
  messagingTenantMigrations,
  onEvent,
  openNats,
  type NatsLink,
} from '../index.ts';

jest.setTimeout(180_000);

const thingHappened = defineEvent({ service: 'sales', kind: 'thing-happened', version: 1, data: z.object({}) });
const logger = createLogger({ service: 'test', level: 'fatal' });

let databases: TestDatabases;
let nats: TestNats;
let link: NatsLink;
let provisioners: Provisioner[];
let sales: TenancyDb;
let inventory: TenancyDb;

beforeAll(async () => {
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
  sales = createTenancyDb({ service: 'sales', url: databases.url('sales') });
  inventory = createTenancyDb({ service: 'inventory', url: databases.url('inventory') });
});
afterAll(async () => {
  await link.close();
  for (const db of [sales, inventory]) await db.close();
  for (const provisioner of provisioners) await provisioner.close();
  await nats.stop();
  await databases.drop();
});

test('a consumer works on as many tenants at once as it is told; the others wait for their turn', async () => {
  const begun: string[] = [];
  const held: (() => void)[] = [];
  const handler = onEvent(thingHappened, async (tx) => {
    begun.push(tx.tenantId);
    await new Promise<void>((resolve) => {
      held.push(resolve);
    });
  });
  const relay = createEventRelay({ db: sales, nats: link, logger, pollMs: 100 });
  const consumer = createConsumer({
    ...{ db: inventory, nats: link, source: 'sales', handlers: [handler], logger },
    parallelTenants: 2,
  });
  relay.start();
  consumer.start();
  const tenants: TestTenant[] = [];
  for (let n = 0; n < 3; n += 1) tenants.push(await createTestTenant(...provisioners));
  for (const tenant of tenants) {
    await sales.tx(tenant, (tx) => appendEvent(sales, tx, thingHappened, {}));
  }
  await waitFor(() => begun.length >= 2 && consumer.backlog() === 3, { what: 'two in hand and one that waits' });
  // Time enough for the third, if it were allowed to.
  for (const tenant of [...tenants, ...tenants]) await inventory.tx(tenant, (tx) => tx.query('SELECT 1'));
  expect(begun).toHaveLength(2);
  held[0]?.();
  await waitFor(() => begun.length === 3, { what: 'the third' });
  expect(new Set(begun).size).toBe(3);
  for (const release of held) release();
  await consumer.stop();
  await relay.stop();
});

test('a consumer that stops gives back what it has fetched ahead; another has it at once', async () => {
  let release: () => void = () => undefined;
  const applied = { first: [] as string[], second: [] as string[] };
  const relay = createEventRelay({ db: sales, nats: link, logger, pollMs: 100 });
  const newConsumer = (handle: (tenantId: string) => Promise<void>) =>
    createConsumer({
      ...{ db: inventory, nats: link, source: 'sales' as const, logger, parallelTenants: 1 },
      handlers: [onEvent(thingHappened, (tx) => handle(tx.tenantId))],
    });
  const first = newConsumer(async (tenant) => {
    applied.first.push(tenant);
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  const second = newConsumer(async (tenant) => void applied.second.push(tenant));
  relay.start();
  first.start();
  const tenants: TestTenant[] = [];
  for (let n = 0; n < 4; n += 1) tenants.push(await createTestTenant(...provisioners));
  for (const tenant of tenants) await sales.tx(tenant, (tx) => appendEvent(sales, tx, thingHappened, {}));
  await waitFor(() => applied.first.length === 1 && first.backlog() === 4, {
    what: 'one in hand, three fetched ahead',
  });
  const stopped = first.stop();
  second.start();
  release();
  await stopped;
  // Nobody answers a sweep here, and NATS would wait a minute for the acknowledgement.
  await waitFor(() => applied.second.length === 3, { what: 'what the other gave back' });
  expect(new Set([...applied.first, ...applied.second])).toEqual(new Set(tenants.map(({ tenantId }) => tenantId)));
  await second.stop();
  await relay.stop();
});
