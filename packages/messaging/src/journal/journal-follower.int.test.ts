import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { takeEntries, type ReplyWithLines } from '@nexus/contracts';
import { createLogger } from '@nexus/telemetry';
import { createProvisioner, createTenancyDb, type Provisioner, type TenancyDb } from '@nexus/tenancy-db';
import { createTestDatabases, createTestTenant, waitFor, type TestDatabases, type TestTenant } from '@nexus/testkit';
import type { z } from 'zod';
import { messagingSharedMigrations, messagingTenantMigrations } from '../migrations/event-log.ts';
import { openNats, type NatsLink } from '../nats-link.ts';
import { Neighbours } from '../rpc/neighbours.ts';
import {
  applyJournalHandler,
  followJournal,
  journalCursorMigration,
  readCursor,
  type JournalApplier,
} from './journal-follower.ts';

type Reply = ReplyWithLines<z.infer<typeof takeEntries.reply>>;

const LINES = ['{"n":1}', '{"n":2}', '{"n":3}'];
const HASH = 'a'.repeat(64);

let databases: TestDatabases;
let provisioner: Provisioner;
let db: TenancyDb;
let tenant: TestTenant;
let nats: NatsLink;

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['sales'] });
  provisioner = createProvisioner({
    service: 'sales',
    url: databases.provisionerUrl('sales'),
    tenantMigrations: [...messagingTenantMigrations, journalCursorMigration],
    sharedMigrations: messagingSharedMigrations,
  });
  await provisioner.migrateShared();
  tenant = await createTestTenant(provisioner);
  db = createTenancyDb({ service: 'sales', url: databases.url('sales') });
  const neighbours = new Neighbours();
  neighbours.join(takeEntries, (_tenant, request) => Promise.resolve(journal(request as { after: number })));
  nats = openNats({
    url: 'nats://127.0.0.1:1',
    name: 'follower-test',
    logger: createLogger({ service: 'sales', level: 'silent' }),
    neighbours,
  });
});
afterAll(async () => {
  await nats.close();
  await db.close();
  await provisioner.close();
  await databases.drop();
});

/** Three entries for whichever terminal is asked for. */
const journal = ({ after }: { after: number }): Reply => ({
  reply: {
    epoch: 1,
    restart: false,
    through: LINES.length,
    throughHash: HASH,
    drained: true,
    entries: LINES.slice(after).map((_, index) => [after + index + 1, HASH]),
  },
  lines: LINES.slice(after),
});

const applier = (apply: JournalApplier<{ lines: string[] }>['apply']): JournalApplier<{ lines: string[] }> => ({
  kinds: ['sale'],
  prepare: (_input, lines) => ({ lines: lines.map(({ line }) => line) }),
  apply,
});
const cursorOf = (terminal: string) => db.tx(tenant, (tx) => readCursor(tx, terminal));

test('a batch that the database asks to try again is applied whole', async () => {
  const terminalId = randomUUID();
  const seen: string[][] = [];
  const once = applier(async (tx, _input, { lines }) => {
    seen.push(lines);
    if (seen.length === 1) await tx.query(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`);
  });
  await followJournal({ db, nats, applier: once }, { tenantId: tenant.tenantId, terminalId });
  expect(seen).toEqual([LINES, LINES]);
  expect(await cursorOf(terminalId)).toEqual({ epoch: 1, number: 3, hash: HASH });
});

test('one process applies the entries of three terminals side by side, and of all in their turn', async () => {
  const terminals = Array.from({ length: 7 }, () => randomUUID());
  const gate = Promise.withResolvers<undefined>();
  let begun = 0;
  const handler = applyJournalHandler({
    db,
    nats,
    applier: applier(async () => {
      begun += 1;
      await gate.promise;
    }),
  });
  const asked = terminals.map((terminal) => handler.handle({ tenantId: tenant.tenantId }, { terminal }));
  await waitFor(() => Promise.resolve(begun >= 3), { what: 'three terminals in hand' });
  // A fourth would need a few round trips to the database to begin: it has had the time for many.
  for (let i = 0; i < 40; i += 1) await cursorOf(randomUUID());
  expect(begun).toBe(3);
  gate.resolve(undefined);
  await Promise.all(asked);
  for (const terminal of terminals) expect(await cursorOf(terminal)).toMatchObject({ number: 3 });
});
