import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { defineEvent, type EventEnvelope } from '@nexus/contracts';
import {
  createProvisioner,
  createTenancyDb,
  migration,
  uuidv7,
  type Provisioner,
  type TenancyDb,
} from '@nexus/tenancy-db';
import {
  createTestDatabases,
  createTestTenant,
  waitFor,
  withSuperuser,
  type TestDatabases,
  type TestTenant,
} from '@nexus/testkit';
import { z } from 'zod';
import { lockCursor, setAside } from '../consumer/apply.ts';
import { onEvent } from '../consumer/handler.ts';
import { messagingSharedMigrations, messagingTenantMigrations } from '../migrations/event-log.ts';
import { listFailedMessages } from './failed-message.repository.ts';
import { retryFailedMessage, retryFailedMessages, type Digestion } from './retry-failed-message.ts';

const happened = defineEvent({ service: 'sales', kind: 'thing', version: 1, data: z.object({ n: z.number().int() }) });
const effectMigration = migration({ number: 100, name: 'effect', up: ['CREATE TABLE effect (n int PRIMARY KEY)'] });

let databases: TestDatabases;
let provisioner: Provisioner;
let db: TenancyDb;
let tenant: TestTenant;
let digestion: Digestion;
const poison = new Set<number>();

const handler = onEvent(happened, async (tx, events) => {
  for (const { data } of events) {
    await tx.query('INSERT INTO effect (n) VALUES ($1)', [data.n]);
    if (poison.has(data.n)) throw new Error(`cannot digest ${data.n}`);
  }
});

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['inventory'] });
  provisioner = createProvisioner({
    service: 'inventory',
    url: databases.provisionerUrl('inventory'),
    tenantMigrations: [...messagingTenantMigrations, effectMigration],
    sharedMigrations: messagingSharedMigrations,
  });
  await provisioner.migrateShared();
  db = createTenancyDb({ service: 'inventory', url: databases.url('inventory') });
  digestion = { db, handlers: [handler] };
});
beforeEach(async () => {
  poison.clear();
  tenant = await createTestTenant(provisioner);
});
afterAll(async () => {
  await db.close();
  await provisioner.close();
  await databases.drop();
});

/** Sets messages with these numbers aside; their event ids, in order. */
async function setAsideNumbers(...numbers: number[]): Promise<string[]> {
  const ids: string[] = [];
  for (const n of numbers) {
    const id = uuidv7();
    const event: EventEnvelope = {
      id,
      tenant: tenant.tenantId,
      service: 'sales',
      kind: happened.kind,
      version: 1,
      epoch: 1,
      position: n,
      at: '2026-11-21T00:00:00.000Z',
      data: { n },
    };
    await db.tx(tenant, (tx) => setAside(tx, 'sales', event, new Error('at first'), 4));
    ids.push(id);
  }
  return ids;
}
const effects = async (): Promise<number[]> =>
  (await db.tx(tenant, (tx) => tx.query<{ n: number }>('SELECT n FROM effect ORDER BY n'))).map(({ n }) => n);
const listed = (limit = 50) => db.tx(tenant, (tx) => listFailedMessages(tx, { limit }));
const openExceptions = async (): Promise<(string | null)[]> =>
  (
    await db.tx(tenant, (tx) =>
      tx.query<{ subject: string }>('SELECT subject FROM exception WHERE settled_at IS NULL ORDER BY subject'),
    )
  ).map(({ subject }) => subject);

describe('messages that were set aside', () => {
  test('are listed newest first, page by page, without what they say', async () => {
    const ids = await setAsideNumbers(1, 2, 3);
    const first = await listed(2);
    expect(first.items.map(({ event }) => event)).toEqual([ids[2], ids[1]]);
    expect(first.items[0]).toEqual({
      event: ids[2],
      source: 'sales',
      kind: 'thing',
      error: 'at first',
      attempts: 4,
      failedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(first.nextCursor).toBe(ids[1]);
    const rest = await db.tx(tenant, (tx) => listFailedMessages(tx, { limit: 2, cursor: first.nextCursor }));
    expect(rest).toEqual({ items: [expect.objectContaining({ event: ids[0] })] });
  });

  test('are one tenant’s own', async () => {
    const [id = ''] = await setAsideNumbers(1);
    const other = await createTestTenant(provisioner);
    expect(await db.tx(other, (tx) => listFailedMessages(tx, { limit: 50 }))).toEqual({ items: [] });
    await expect(retryFailedMessage(digestion, other, id)).rejects.toMatchObject({ code: 'NX-1002' });
    expect((await listed()).items).toHaveLength(1);
  });

  test('leave with their exception when they are digested', async () => {
    const [first = '', second = ''] = await setAsideNumbers(1, 2);
    expect(await retryFailedMessage(digestion, tenant, first)).toEqual({ outcome: 'digested' });
    expect(await effects()).toEqual([1]);
    expect((await listed()).items.map(({ event }) => event)).toEqual([second]);
    expect(await openExceptions()).toEqual([second]);
    await expect(retryFailedMessage(digestion, tenant, first)).rejects.toMatchObject({ code: 'NX-1002' });
  });

  test('stay, with the try counted and nothing of it left, when they are not', async () => {
    const [id = ''] = await setAsideNumbers(1);
    poison.add(1);
    expect(await retryFailedMessage(digestion, tenant, id)).toEqual({ outcome: 'failed', error: 'cannot digest 1' });
    expect(await effects()).toEqual([]);
    expect((await listed()).items).toMatchObject([{ event: id, error: 'cannot digest 1', attempts: 5 }]);
    expect(await openExceptions()).toEqual([id]);
  });

  test('wait for the consumer, which may be at work with the same source', async () => {
    const [id = ''] = await setAsideNumbers(1);
    const someoneWaits = () =>
      withSuperuser(databases.superuserUrl('inventory'), async (sql) => {
        const waiting = await sql(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return waiting.length > 0;
      });
    let retried: Promise<unknown> = Promise.resolve();
    await db.tx(tenant, async (tx) => {
      await lockCursor(tx, 'sales');
      retried = retryFailedMessage(digestion, tenant, id);
      await waitFor(someoneWaits, { what: 'the retry to wait for the cursor' });
      expect(await effects()).toEqual([]);
    });
    expect(await retried).toEqual({ outcome: 'digested' });
  });
});

describe('all of them', () => {
  test('are tried oldest first, in bounded portions that go on', async () => {
    const ids = await setAsideNumbers(1, 2, 3, 4, 5);
    poison.add(2);
    const portion = (after?: string) => retryFailedMessages(digestion, tenant, { after, limit: 2, withinMs: 60_000 });
    const first = await portion();
    expect(first).toEqual({ digested: 1, failed: 1, next: ids[1] });
    const second = await portion(first.next);
    expect(second).toEqual({ digested: 2, failed: 0, next: ids[3] });
    expect(await portion(second.next)).toEqual({ digested: 1, failed: 0 });
    expect(await effects()).toEqual([1, 3, 4, 5]);
    expect((await listed()).items.map(({ event }) => event)).toEqual([ids[1]]);
  });

  test('are left for the next portion when time is up or nobody waits any more, but one is always tried', async () => {
    const ids = await setAsideNumbers(1, 2, 3);
    expect(await retryFailedMessages(digestion, tenant, { limit: 10, withinMs: -1 })).toEqual({
      digested: 1,
      failed: 0,
      next: ids[0],
    });
    const signal = AbortSignal.abort();
    expect(await retryFailedMessages(digestion, tenant, { limit: 10, withinMs: 60_000, signal })).toMatchObject({
      digested: 1,
      next: ids[1],
    });
  });

  test('is nothing where nothing was set aside', async () => {
    const options = { limit: 10, withinMs: 60_000 };
    expect(await retryFailedMessages(digestion, tenant, options)).toEqual({ digested: 0, failed: 0 });
  });
});
