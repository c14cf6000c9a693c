import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  auditJournal,
  auditJournalHeads,
  auditTransactions,
  chainStructure,
  type SalesFigures,
} from '@nexus/contracts';
import {
  callRpc,
  followJournal,
  journalCursorMigration,
  messagingSharedMigrations,
  messagingTenantMigrations,
  openNats,
  replayActivities,
  rpcHandler,
  RpcServer,
  type RpcHandler,
  type NatsLink,
} from '@nexus/messaging';
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
import { transactionLogMigration } from '../migrations/0100-transaction-log.ts';
import { readDayTotals } from './day-total/day-total.repository.ts';
import { salesApplier } from './journal/journal-applier.ts';
import { rebuildProjections } from './rebuild/rebuild-projections.ts';
import { reconcileBranch } from './reconciliation/reconcile-branch.ts';
import { rpcHandlers } from './rpc-handlers.ts';
import { FakeJournal, lineOf } from './testing/fake-journal.ts';
import { listTransactions, readTransaction } from './transaction/transaction.repository.ts';

jest.setTimeout(180_000);
const logger = createLogger({ service: 'test', level: 'fatal' });

let databases: TestDatabases;
let nats: TestNats;
let link: NatsLink;
let provisioner: Provisioner;
let db: TenancyDb;
let server: RpcServer;
let tenant: TestTenant;
let journal: FakeJournal;

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['sales'] });
  nats = await startTestNats();
  link = openNats({ url: nats.url, name: 'test', logger });
  provisioner = createProvisioner({
    service: 'sales',
    url: databases.provisionerUrl('sales'),
    tenantMigrations: [...messagingTenantMigrations, journalCursorMigration, transactionLogMigration],
    sharedMigrations: messagingSharedMigrations,
  });
  await provisioner.migrateShared();
  db = createTenancyDb({ service: 'sales', url: databases.url('sales') });
});
afterAll(async () => {
  await link.close();
  await db.close();
  await provisioner.close();
  await nats.stop();
  await databases.drop();
});
beforeEach(async () => {
  tenant = await createTestTenant(provisioner);
  journal = new FakeJournal();
  server = new RpcServer(link, logger);
  server.serve([journal.handler(), ...rpcHandlers({ db, nats: link, logger })]);
  await waitFor(
    () =>
      audit().then(
        () => true,
        () => false,
      ),
    { what: 'the RPC server' },
  );
});
afterEach(() => server.stop());

const replay = (batch = 500) =>
  followJournal(
    { db, nats: link, applier: salesApplier(db), batch },
    { tenantId: tenant.tenantId, terminalId: journal.terminal },
  );
const audit = () =>
  callRpc(link, auditTransactions, tenant.tenantId, {
    terminal: journal.terminal,
    watermark: { epoch: journal.epoch, number: journal.lines.length },
  });
const exceptions = () =>
  db.tx(tenant, (tx) =>
    tx.query<{ kind: string; open: boolean }>('SELECT kind, settled_at IS NULL AS open FROM exception ORDER BY kind'),
  );
const list = () => db.tx(tenant, (tx) => listTransactions(tx, { limit: 200 }, null)).then((page) => page.items);

describe('replay', () => {
  test('records sales and returns to the minor unit, whatever the batches', async () => {
    for (let i = 0; i < 30; i += 1) journal.transaction('sale', [lineOf(1, 2000, 1050), lineOf(2, 1500, 333)]);
    journal.transaction('return', [lineOf(1, 1000, 1050)], {
      at: { le: journal.legalEntity, br: journal.branch, ap: [{ by: 'kofi', how: 'pin', why: 'no-receipt' }] },
    });
    await replay(7);
    const { figures, reached, findings } = await audit();
    expect(reached).toBe(true);
    expect(findings.filter((f) => !f.holds)).toEqual([]);
    expect(figures).toEqual([
      expect.objectContaining({
        currency: 'GHS',
        sales: 30,
        refunds: 1,
        saleLines: 60,
        refundLines: 1,
        grossSalesMinor: 30 * (2100 + 500),
        grossRefundsMinor: 1050,
        unitsSold: 30 * 3500,
        unitsReturned: 1000,
      }),
    ]);
    expect(await exceptions()).toEqual([]);
  });

  test('works through eight batches a call and says that more is left; who asks goes on until nothing is', async () => {
    for (let i = 0; i < 20; i += 1)
      journal.transaction('sale', [{ ...lineOf(1, 1000, 500), description: 'Gari, 1 kg – ₵' }]);
    expect(await replay(2)).toEqual({ epoch: 1, number: 16, drained: false });
    const asked = { tenantId: tenant.tenantId, terminalId: journal.terminal, service: 'sales' } as const;
    expect(await replayActivities(link).applyJournal(asked)).toEqual({ service: 'sales', epoch: 1, number: 20 });
    const { figures, reached } = await audit();
    expect({ reached, sales: figures[0]?.sales }).toEqual({ reached: true, sales: 20 });
    expect(await exceptions()).toEqual([]);
  });

  test('a second reading of the whole journal, in a new epoch, changes nothing', async () => {
    for (let i = 0; i < 20; i += 1) journal.transaction('sale', [lineOf(1, 1000, 500 + i)]);
    journal.entry('shift-open', { float: 10_000, cur: 'GHS' });
    await replay();
    const before = await audit();
    const eventsBefore = await db.tx(tenant, (tx) => tx.query('SELECT event_id FROM event_log'));
    journal.epoch = 2;
    const passed = await replay(6);
    expect(passed).toMatchObject({ epoch: 2, number: 21 });
    expect(await audit()).toEqual(before);
    expect(await db.tx(tenant, (tx) => tx.query('SELECT event_id FROM event_log'))).toEqual(eventsBefore);
  });

  test('the same entry twice in a batch, and once more among new ones, counts once', async () => {
    const sale = (): void => void journal.transaction('sale', [lineOf(1, 1000, 100)]);
    const again = (): void => void journal.lines.push(...journal.lines.slice(0, 1));
    sale();
    again();
    sale();
    await replay();
    sale();
    again();
    sale();
    await replay();
    const { figures, findings } = await audit();
    expect(figures[0]).toMatchObject({ sales: 4, saleLines: 4, grossSalesMinor: 400 });
    expect(findings.filter((f) => !f.holds)).toEqual([]);
    const events = await db.tx(tenant, (tx) => tx.query<{ data: string }>('SELECT data FROM event_log'));
    const told = events.flatMap(({ data }) => (JSON.parse(data) as { transactions: { key: string }[] }).transactions);
    expect(told).toHaveLength(4);
    expect(new Set(told.map(({ key }) => key)).size).toBe(4);
  });

  test('two workers at once count nothing twice', async () => {
    for (let i = 0; i < 50; i += 1) journal.transaction('sale', [lineOf(1, 1000, 100)]);
    const results = await Promise.allSettled([replay(5), replay(5), replay(5)]);
    expect(results.some((result) => result.status === 'fulfilled')).toBe(true);
    await replay();
    expect((await audit()).figures[0]).toMatchObject({ sales: 50, grossSalesMinor: 5_000 });
  });

  test('training counts nowhere', async () => {
    journal.transaction('sale', [lineOf(1, 1000, 100)], {
      at: { le: journal.legalEntity, br: journal.branch, tr: true },
    });
    await replay();
    expect((await audit()).figures).toEqual([]);
    expect((await list())[0]).toMatchObject({ training: true });
  });
});

describe('what does not add up', () => {
  test('an entry out of shape becomes an exception and the next ones go on', async () => {
    journal.append('{"k":"sale"}', 'sale');
    journal.append('not json', 'sale');
    journal.transaction('sale', [lineOf(1, 1000, 100)]);
    await replay();
    expect((await audit()).figures[0]).toMatchObject({ sales: 1 });
    expect((await exceptions()).map((e) => e.kind)).toEqual(['line-unreadable', 'line-unreadable']);
  });

  test('a sale that comes out otherwise when computed again counts as it happened, with a finding', async () => {
    const priced = lineOf(1, 1000, 100);
    journal.transaction('sale', [priced], {
      T: { cur: 'GHS', net: 87, tax: [], disc: 0, gross: 999, round: 0, pay: 999 },
    });
    await replay();
    expect((await audit()).figures[0]).toMatchObject({ grossSalesMinor: 999 });
    expect(await exceptions()).toEqual([{ kind: 'recomputation-differs', open: true }]);
  });

  test('a return without receipt that nobody approved', async () => {
    journal.transaction('return', [lineOf(1, 1000, 100)]);
    await replay();
    expect(await exceptions()).toEqual([{ kind: 'return-without-original', open: true }]);
  });

  test('goods that came back more often than they were sold', async () => {
    const sale = journal.transaction('sale', [lineOf(1, 2000, 100)]);
    journal.transaction('return', [lineOf(1, 1000, 100, { entry: sale.id, line: 1 })]);
    await replay();
    expect(await exceptions()).toEqual([]);
    journal.transaction('return', [lineOf(1, 1500, 100, { entry: sale.id, line: 1 })]);
    await replay();
    expect(await exceptions()).toEqual([{ kind: 'return-exceeds-original', open: true }]);
  });

  test('a return of a sale that is not here yet is applied, and its reference closes itself', async () => {
    const other = new FakeJournal();
    const sale = other.transaction('sale', [lineOf(1, 1000, 100)]);
    journal.transaction('return', [lineOf(1, 1000, 100, { entry: sale.id, line: 1 })]);
    await replay();
    expect((await audit()).figures[0]).toMatchObject({ refunds: 1 });
    expect(await exceptions()).toEqual([{ kind: 'original-not-here-yet', open: true }]);
    const line = other.lines[0];
    journal.append(line?.line ?? '', 'sale');
    await replay();
    expect(await exceptions()).toEqual([{ kind: 'original-not-here-yet', open: false }]);
  });
});

describe('post-void', () => {
  test('stands apart: neither sale nor refund, the original marked', async () => {
    journal.transaction('sale', [lineOf(1, 1000, 100)]);
    const wrong = journal.transaction('sale', [lineOf(2, 3000, 250)]);
    journal.entry('post-void', { of: wrong.id, gross: 750, cur: 'GHS' });
    await replay();
    const { figures, findings } = await audit();
    expect(figures[0]).toMatchObject({
      sales: 1,
      grossSalesMinor: 100,
      voids: 1,
      grossVoidedMinor: 750,
      unitsSold: 1000,
    });
    expect(findings.filter((f) => !f.holds)).toEqual([]);
    const [post, original] = await list();
    expect(post).toMatchObject({ kind: 'post-void', gross: 750, lines: 1 });
    expect(original).toMatchObject({ kind: 'sale', voided: true });
  });

  test('waits for its original and completes when it arrives', async () => {
    const other = new FakeJournal();
    const sale = other.transaction('sale', [lineOf(1, 2000, 100)]);
    journal.entry('post-void', { of: sale.id, gross: 200, cur: 'GHS' });
    await replay();
    expect(await list()).toEqual([]);
    expect(await exceptions()).toEqual([{ kind: 'void-of-unknown', open: true }]);
    journal.append(other.lines[0]?.line ?? '', 'sale');
    await replay();
    expect((await list()).map((t) => [t.kind, t.gross, t.voided]).sort()).toEqual([
      ['post-void', 200, false],
      ['sale', 200, true],
    ]);
    expect(await exceptions()).toEqual([{ kind: 'void-of-unknown', open: false }]);
  });
});

test('the projections come out of the event log with equal rows', async () => {
  const sale = journal.transaction('sale', [lineOf(1, 2000, 100), lineOf(2, 1000, 333)]);
  journal.transaction('return', [lineOf(1, 1000, 100, { entry: sale.id, line: 1 })]);
  const wrong = journal.transaction('sale', [lineOf(3, 1000, 999)]);
  journal.entry('post-void', { of: wrong.id, gross: 999, cur: 'GHS' });
  journal.entry('shift-open', { float: 10_000, cur: 'GHS' });
  journal.entry('paid-out', { amount: 500, cur: 'GHS', why: 'milk' });
  await replay(2);
  const report = await rebuildProjections(db, tenant);
  expect(report).toMatchObject({ equal: true, transactions: 4 });
  expect(report.tables.every((t) => t.before.rows > 0)).toBe(true);
  await db.tx(tenant, (tx) => tx.query('UPDATE transaction_line SET gross = gross + 1 WHERE n = 2'));
  const damaged = await audit();
  expect(damaged.findings.filter((f) => !f.holds).map((f) => f.name)).toEqual(['transaction-gross-is-sum-of-lines']);
  expect(await rebuildProjections(db, tenant)).toMatchObject({ equal: false });
  expect((await audit()).findings.filter((f) => !f.holds)).toEqual([]);
});

test('what the back office reads', async () => {
  journal.transaction('sale', [lineOf(1, 2000, 1150)], { cu: 'c1' });
  await replay();
  const [summary] = await list();
  const detail = await db.tx(tenant, (tx) => readTransaction(tx, summary?.key ?? '', null));
  expect(detail).toMatchObject({
    gross: 2300,
    tax: 300,
    net: 2000,
    customer: 'c1',
    lineItems: [{ quantity: 2000, gross: 2300 }],
    tenders: [{ type: 'cash', applied: 2300 }],
  });
  await expect(db.tx(tenant, (tx) => readTransaction(tx, summary?.key ?? '', []))).rejects.toMatchObject({
    code: 'NX-1002',
  });
  const days = await db.tx(tenant, (tx) => readDayTotals(tx, { from: '2026-03-01', to: '2026-03-03' }, null));
  expect(days).toMatchObject({
    latest: '2026-03-02',
    rows: [{ kind: 'sale', transactions: 1, gross: 2300, tax: 300, units: 2000 }],
  });
});

describe('reconciliation', () => {
  /** What sync and identity answer about one terminal, its figures as given. */
  const answers = (figures: () => SalesFigures[]): RpcHandler[] =>
    [
      rpcHandler(chainStructure, () =>
        Promise.resolve({
          slug: 'test',
          name: 'Test',
          legalEntities: [],
          branches: [],
          terminals: [
            {
              id: journal.terminal,
              index: 0,
              name: 'T1',
              branch: journal.branch,
              legalEntity: journal.legalEntity,
              keyId: null,
              publicKey: null,
              chain: null,
              revokedAt: null,
            },
          ],
        }),
      ),
      rpcHandler(auditJournalHeads, () =>
        Promise.resolve({
          epoch: 1,
          terminals: [{ terminal: journal.terminal, number: journal.lines.length, waiting: 0 }],
        }),
      ),
      rpcHandler(auditJournal, () =>
        Promise.resolve({
          journalEntries: journal.lines.length,
          gaps: 0,
          forks: 0,
          duplicatesAbsorbed: 0,
          receivedThrough: 0,
          tillHead: 0,
          lastContact: null,
          exceptions: 0,
          figures: figures(),
          findings: [],
        }),
      ),
    ] as RpcHandler[];

  test('files what differs, and settles it when it no longer does', async () => {
    journal.transaction('sale', [lineOf(1, 1000, 100)]);
    const reconcile = () =>
      reconcileBranch({ db, nats: link, logger }, { tenantId: tenant.tenantId, branchId: journal.branch });
    let figures: SalesFigures[] = [];
    const others = new RpcServer(link, logger);
    others.serve(answers(() => figures));
    await waitFor(() =>
      callRpc(link, chainStructure, tenant.tenantId, {}).then(
        () => true,
        () => false,
      ),
    );
    await expect(reconcile()).rejects.toMatchObject({ code: 'NX-3004' });
    await replay();
    figures = (await audit()).figures;
    expect(await reconcile()).toEqual({ checked: 1, differences: 0 });
    expect(await exceptions()).toEqual([]);
    figures = figures.map((f) => ({ ...f, grossSalesMinor: f.grossSalesMinor + 1 }));
    expect(await reconcile()).toEqual({ checked: 1, differences: 1 });
    expect(await exceptions()).toEqual([{ kind: 'reconciliation-differs', open: true }]);
    figures = (await audit()).figures;
    expect(await reconcile()).toEqual({ checked: 1, differences: 0 });
    expect(await exceptions()).toEqual([{ kind: 'reconciliation-differs', open: false }]);
    await others.stop();
  });
});
