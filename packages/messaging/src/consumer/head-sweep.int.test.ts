import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { readHeads } from '@nexus/contracts';
import { createLogger } from '@nexus/telemetry';
import { createProvisioner, createTenancyDb, type Provisioner, type TenancyDb } from '@nexus/tenancy-db';
import {
  createTestDatabases,
  createTestTenant,
  startTestNats,
  type TestDatabases,
  type TestNats,
  type TestTenant,
} from '@nexus/testkit';
import {
  messagingSharedMigrations,
  messagingTenantMigrations,
  openNats,
  rpcHandler,
  RpcServer,
  type NatsLink,
} from '../index.ts';
import { lockCursor, moveCursor } from './apply.ts';
import { HeadSweep } from './head-sweep.ts';

jest.setTimeout(180_000);

const EVENT = '019f0000-0000-7000-8000-000000000001';
const logger = createLogger({ service: 'test', level: 'fatal' });

let databases: TestDatabases;
let nats: TestNats;
let link: NatsLink;
let provisioner: Provisioner;
let inventory: TenancyDb;
let server: RpcServer;
let tenant: TestTenant;
let sweep: HeadSweep;
/** What sales answers when it is asked for its heads. */
let head: number;
const asked: number[] = [];

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['inventory'] });
  nats = await startTestNats();
  link = openNats({ url: nats.url, name: 'test', logger });
  provisioner = createProvisioner({
    service: 'inventory',
    url: databases.provisionerUrl('inventory'),
    tenantMigrations: messagingTenantMigrations,
    sharedMigrations: messagingSharedMigrations,
  });
  await provisioner.migrateShared();
  inventory = createTenancyDb({ service: 'inventory', url: databases.url('inventory') });
  server = new RpcServer(link, logger);
  server.serve([
    rpcHandler(readHeads('sales'), (_ctx, { withinSeconds }) => {
      asked.push(withinSeconds);
      return Promise.resolve({ heads: [{ tenant: tenant.tenantId, epoch: 1, position: head, event: EVENT }] });
    }),
  ]);
});
afterAll(async () => {
  await server.stop();
  await link.close();
  await inventory.close();
  await provisioner.close();
  await nats.stop();
  await databases.drop();
});
beforeEach(async () => {
  tenant = await createTestTenant(provisioner);
  sweep = new HeadSweep({ db: inventory, nats: link, source: 'sales' });
  asked.length = 0;
  head = 5;
});

const stand = (position: number) =>
  inventory.tx(tenant, async (tx) => {
    await lockCursor(tx, 'sales');
    await moveCursor(tx, 'sales', { epoch: 1, position, event: EVENT });
  });
const behind = async ({ trouble = false, inHand = false } = {}): Promise<string[]> => {
  const found: string[] = [];
  await sweep.sweep({ trouble, isInHand: () => inHand, onBehind: (id) => found.push(id) });
  return found;
};

describe('a tenant whose cursor is not at the head', () => {
  test('is behind when the cursor has not moved by the next sweep', async () => {
    await stand(3);
    expect(await behind()).toEqual([]);
    expect(sweep.isSuspicious()).toBe(true);
    expect(await behind()).toEqual([tenant.tenantId]);
    expect(sweep.isSuspicious()).toBe(false);
  });

  test('is not behind while the stream brings what there is, however long it writes on', async () => {
    for (const position of [1, 2, 3, 4]) {
      await stand(position);
      head += 1;
      expect(await behind()).toEqual([]);
    }
    await stand(head);
    expect(await behind()).toEqual([]);
    expect(sweep.isSuspicious()).toBe(false);
  });

  test('is behind at once after trouble, and every head is asked for', async () => {
    await stand(3);
    await behind();
    expect(await behind({ trouble: true })).toEqual([tenant.tenantId]);
    expect(asked).toEqual([0, 0]);
    await stand(head);
    await behind();
    expect(asked).toEqual([0, 0, 300]);
  });

  test('is left to who has it in hand, and was not here before it was provisioned', async () => {
    await stand(3);
    expect(await behind({ trouble: true, inHand: true })).toEqual([]);
    await provisioner.dropTenant(tenant.tenantId, tenant.provisioningId);
    expect(await behind({ trouble: true })).toEqual([]);
  });
});
