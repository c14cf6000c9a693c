import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { auditEventLog, defineEvent, defineRpc, NexusError, readHeads, type EventEnvelope } from '@nexus/contracts';
import { createLogger } from '@nexus/telemetry';
import { createProvisioner, createTenancyDb, migration, type Provisioner, type TenancyDb } from '@nexus/tenancy-db';
import {
  createTestDatabases,
  createTestTenant,
  startTestNats,
  waitFor,
  withSuperuser,
  type TestDatabases,
  type TestNats,
  type TestTenant,
} from '@nexus/testkit';
import { z } from 'zod';
import {
  appendEvent,
  callRpc,
  createConsumer,
  createEventRelay,
  eventLogRpc,
  messagingSharedMigrations,
  messagingTenantMigrations,
  onEvent,
  openNats,
  rpcHandler,
  RpcServer,
  writeEventMessage,
  type EventConsumer,
  type EventRelay,
  type NatsLink,
} from './index.ts';

const thingHappened = defineEvent({
  service: 'sales',
  kind: 'thing-happened',
  version: 1,
  data: z.object({ n: z.number().int() }),
});
const effectMigration = migration({
  number: 100,
  name: 'effect',
  up: ['CREATE TABLE effect (n int PRIMARY KEY, times int NOT NULL DEFAULT 1)'],
});
jest.setTimeout(180_000);
const logger = createLogger({ service: 'test', level: 'fatal' });

let databases: TestDatabases;
let nats: TestNats;
let link: NatsLink;
let provisioners: Provisioner[];
let sales: TenancyDb;
let inventory: TenancyDb;
let tenant: TestTenant;
let relay: EventRelay;
let consumer: EventConsumer;
let server: RpcServer;
const poison = new Set<number>();

const handler = onEvent(thingHappened, async (tx, events) => {
  for (const { data } of events) {
    if (poison.has(data.n)) throw new Error(`cannot digest ${data.n}`);
    await tx.query('INSERT INTO effect (n) VALUES ($1) ON CONFLICT (n) DO NOTHING', [data.n]);
  }
});
/** How often a sweep asked for heads. */
let headsAsked = 0;
const newConsumer = (): EventConsumer =>
  createConsumer({ db: inventory, nats: link, source: 'sales', handlers: [handler], logger, sweepMs: 200 });
const newRelay = (): EventRelay => createEventRelay({ db: sales, nats: link, logger, pollMs: 100 });

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['sales', 'inventory'] });
  nats = await startTestNats();
  link = openNats({ url: nats.url, name: 'test', logger });
  provisioners = (['sales', 'inventory'] as const).map((service) =>
    createProvisioner({
      service,
      url: databases.provisionerUrl(service),
      tenantMigrations: [...messagingTenantMigrations, effectMigration],
      sharedMigrations: messagingSharedMigrations,
    }),
  );
  for (const provisioner of provisioners) await provisioner.migrateShared();
  sales = createTenancyDb({ service: 'sales', url: databases.url('sales') });
  inventory = createTenancyDb({ service: 'inventory', url: databases.url('inventory') });
  relay = newRelay();
  server = new RpcServer(link, logger);
  const counted = eventLogRpc(sales, (id) => relay.poke(id)).map((handler) => ({
    ...handler,
    handle: (...asked: Parameters<typeof handler.handle>) => {
      if (handler.definition.name === readHeads('sales').name) headsAsked += 1;
      return handler.handle(...asked);
    },
  }));
  server.serve(counted);
});
afterAll(async () => {
  await server.stop();
  await link.close();
  await sales.close();
  await inventory.close();
  for (const provisioner of provisioners) await provisioner.close();
  await nats.stop();
  await databases.drop();
});

afterEach(async () => {
  poison.clear();
  await consumer.stop();
  await relay.stop();
});

async function begin(): Promise<void> {
  tenant = await createTestTenant(...provisioners);
  relay = newRelay();
  consumer = newConsumer();
  relay.start();
  consumer.start();
}

const happen = (...ns: number[]) =>
  Promise.all(ns.map((n) => sales.tx(tenant, (tx) => appendEvent(sales, tx, thingHappened, { n }))));
const effects = async (): Promise<number[]> =>
  (await inventory.tx(tenant, (tx) => tx.query<{ n: number }>('SELECT n FROM effect ORDER BY n'))).map((row) => row.n);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
const arrived = (n: number) =>
  waitFor(async () => (await effects()).length >= n, { what: `${n} effects`, timeoutMs: 60_000 }).then(effects);
const cursor = async () =>
  (
    await inventory.tx(tenant, (tx) =>
      tx.query<{ epoch: number; position: string }>('SELECT epoch, position FROM consumer_cursor'),
    )
  )[0];

test('an audit names a log that is followed although nothing of it has arrived yet', async () => {
  await begin();
  const asked = eventLogRpc(inventory, () => undefined, ['sales']).find(
    ({ definition }) => definition.name === auditEventLog('inventory').name,
  );
  const audit = await asked?.handle({ tenantId: tenant.tenantId }, {});
  expect(audit).toMatchObject({ cursors: [{ source: 'sales', epoch: 0, position: 0, event: null }] });
});

describe('events', () => {
  test('arrive once each, whatever the order of commits', async () => {
    await begin();
    await happen(...upTo(200));
    expect(await arrived(200)).toEqual(upTo(200));
    const positions = await sales.tx(tenant, (tx) =>
      tx.query<{ position: string }>('SELECT position FROM event_position ORDER BY position'),
    );
    expect(positions.map((row) => Number(row.position))).toEqual(upTo(200));
  });

  test('a transaction that rolls back leaves none', async () => {
    await begin();
    await sales
      .tx(tenant, async (tx) => {
        await appendEvent(sales, tx, thingHappened, { n: 1 });
        throw new Error('no');
      })
      .catch(() => undefined);
    await happen(2);
    expect(await arrived(1)).toEqual([2]);
  });

  test('are published after a crash between commit and publish: the doorbell is read', async () => {
    await begin();
    await relay.stop(); // commits now reach no relay of this process
    await happen(1, 2, 3);
    relay = newRelay();
    relay.start();
    expect(await arrived(3)).toEqual([1, 2, 3]);
    await waitFor(
      async () =>
        (await withSuperuser(databases.superuserUrl('sales'), (sql) => sql('SELECT 1 FROM nexus.doorbell'))).length ===
        0,
    );
  });

  test('survive that JetStream loses everything', async () => {
    await begin();
    await happen(...upTo(20));
    await arrived(20);
    await nats.deleteStore();
    await happen(21, 22);
    expect(await arrived(22)).toEqual(upTo(22));
  });

  test('that were in a lost stream and never came are noticed by the sweep', async () => {
    await begin();
    await happen(1);
    await arrived(1);
    await consumer.stop();
    await happen(2, 3);
    await waitFor(async () => {
      const [head] = await sales.tx(tenant, (tx) =>
        tx.query<{ published: string }>('SELECT published FROM event_head'),
      );
      return head?.published === '3';
    });
    await nats.deleteStore();
    consumer = newConsumer();
    consumer.start();
    expect(await arrived(3)).toEqual([1, 2, 3]);
  });

  test('are compared with the cursor itself after trouble, whatever a sweep had seen of it before', async () => {
    await begin();
    await happen(1, 2, 3, 4);
    await arrived(4);
    // The first of two sweeps from here on has compared the head with our cursor when the second one asks.
    const before = headsAsked;
    await waitFor(() => headsAsked >= before + 2, { what: 'two sweeps' });
    await inventory.tx(tenant, async (tx) => {
      await tx.query('DELETE FROM effect WHERE n > 2');
      await tx.query('UPDATE consumer_cursor SET position = 0, event_id = NULL');
    });
    await nats.deleteStore();
    expect(await arrived(4)).toEqual([1, 2, 3, 4]);
  });

  test('go on after the consumer’s database was restored to an older state', async () => {
    await begin();
    await happen(1, 2);
    await arrived(2);
    const old = await cursor();
    await happen(3, 4);
    await arrived(4);
    await consumer.stop();
    await inventory.tx(tenant, async (tx) => {
      await tx.query('DELETE FROM effect WHERE n > 2');
      await tx.query(`UPDATE consumer_cursor SET position = $1, event_id = NULL`, [old?.position]);
    });
    consumer = newConsumer();
    consumer.start();
    expect(await arrived(4)).toEqual([1, 2, 3, 4]);
  });

  test('of an owner that was restored and went on are read again in a new epoch, and count once', async () => {
    await begin();
    await happen(1, 2, 3, 4);
    await arrived(4);
    await relay.stop();
    // The owner forgets 3 and 4, and something else takes their positions.
    await withSuperuser(databases.superuserUrl('sales'), async (sql) => {
      const schema = `t_${tenant.tenantId.replaceAll('-', '')}`;
      await sql(
        `DELETE FROM ${schema}.event_log WHERE event_id IN (SELECT event_id FROM ${schema}.event_position WHERE position > 2)`,
      );
      await sql(`DELETE FROM ${schema}.event_position WHERE position > 2`);
      await sql(
        `UPDATE ${schema}.event_head SET position = 2, published = 2, event_id = (SELECT event_id FROM ${schema}.event_position WHERE position = 2)`,
      );
    });
    relay = newRelay();
    relay.start();
    await happen(5, 6, 7);
    const all = await waitFor(
      async () => {
        const seen = await effects();
        return seen.includes(7) && seen.includes(5) ? seen : false;
      },
      { timeoutMs: 90_000 },
    ).then(effects);
    expect(all).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect((await cursor())?.epoch).toBe(2);
  });

  test('one that cannot be digested is set aside, the others go on, and a retry brings it back', async () => {
    await begin();
    poison.add(3);
    await happen(1);
    await arrived(1);
    await happen(2, 3, 4, 5);
    expect(await arrived(4)).toEqual([1, 2, 4, 5]);
    // The four may have committed in any order, so the poison may be the last to be given up.
    const failed = await waitFor(
      async () => {
        const rows = await inventory.tx(tenant, (tx) =>
          tx.query<{ event_id: string }>('SELECT event_id FROM failed_message'),
        );
        return rows.length > 0 && rows;
      },
      { what: 'the message that was set aside', timeoutMs: 90_000 },
    );
    expect(failed).toHaveLength(1);
    const open = () =>
      inventory.tx(tenant, (tx) =>
        tx.query(`SELECT 1 FROM exception WHERE kind = 'message-failed' AND settled_at IS NULL`),
      );
    expect(await open()).toHaveLength(1);
    poison.clear();
    await consumer.retryFailed(tenant.tenantId, failed[0]?.event_id ?? '');
    expect(await effects()).toEqual([1, 2, 3, 4, 5]);
    expect(await open()).toHaveLength(0);
  });

  test('that came to harm on the way are read from their owner', async () => {
    await begin();
    await happen(1);
    await arrived(1);
    const at = await cursor();
    const [head] = await sales.tx(tenant, (tx) => tx.query<{ event_id: string }>('SELECT event_id FROM event_head'));
    // A message in the place of the next event, with its envelope whole and its data cut off.
    const next: Omit<EventEnvelope, 'data'> = {
      id: '01890000-0000-7000-8000-000000000001',
      tenant: tenant.tenantId,
      service: 'sales',
      kind: 'thing-happened',
      version: 1,
      epoch: at?.epoch ?? 0,
      position: Number(at?.position) + 1,
      previous: head?.event_id ?? '',
      at: new Date(0).toISOString(),
    };
    await relay.stop();
    await happen(2);
    const connection = await link.connection();
    connection.publish(
      `ev.sales.${tenant.tenantId}.thing-happened`,
      writeEventMessage({ envelope: next, facts: { text: '{"n":66', packed: null } }),
    );
    expect(await arrived(2)).toEqual([1, 2]);
    expect(await inventory.tx(tenant, (tx) => tx.query('SELECT 1 FROM failed_message'))).toEqual([]);
  });

  test('whose body names another tenant than their subject change nothing', async () => {
    await begin();
    const other = await createTestTenant(...provisioners);
    await happen(1);
    await arrived(1);
    const connection = await link.connection();
    const forged: Omit<EventEnvelope, 'data'> = {
      id: '01890000-0000-7000-8000-000000000001',
      tenant: other.tenantId,
      service: 'sales',
      kind: 'thing-happened',
      version: 1,
      epoch: 1,
      position: 1,
      at: new Date(0).toISOString(),
    };
    connection.publish(
      `ev.sales.${tenant.tenantId}.thing-happened`,
      writeEventMessage({ envelope: forged, facts: { text: '{"n":666}', packed: null } }),
    );
    await happen(2);
    await arrived(2);
    const theirs = await inventory.tx(other, (tx) => tx.query('SELECT n FROM effect'));
    expect(theirs).toEqual([]);
    expect(await effects()).toEqual([1, 2]);
  });
});

describe('questions', () => {
  const double = defineRpc({
    service: 'sales',
    name: 'double',
    scope: 'tenant',
    timeoutMs: 30_000,
    request: z.strictObject({ n: z.number() }),
    reply: z.object({ n: z.number(), tenant: z.string() }),
  });

  test('are answered for the tenant in the subject; errors keep their code; strangers are refused', async () => {
    await begin();
    const answering = new RpcServer(link, logger);
    answering.serve([
      rpcHandler(double, (ctx, { n }) =>
        n < 0
          ? Promise.reject(new NexusError('NX-1006', 'negative'))
          : Promise.resolve({ n: n * 2, tenant: ctx.tenantId }),
      ),
    ]);
    await waitFor(() =>
      callRpc(link, double, tenant.tenantId, { n: 1 }).then(
        () => true,
        () => false,
      ),
    );
    expect(await callRpc(link, double, tenant.tenantId, { n: 21 })).toEqual({ n: 42, tenant: tenant.tenantId });
    await expect(callRpc(link, double, tenant.tenantId, { n: -1 })).rejects.toMatchObject({
      code: 'NX-1006',
      message: 'negative',
    });
    await expect(callRpc(link, double, tenant.tenantId, { n: 'x' } as never)).rejects.toMatchObject({
      code: 'NX-1001',
    });
    await expect(callRpc(link, double, 'not-a-tenant', { n: 1 })).rejects.toMatchObject({ code: 'NX-3003' });
    await answering.stop();
    await expect(callRpc(link, double, tenant.tenantId, { n: 1 })).rejects.toMatchObject({ code: 'NX-3001' });
  });
});
