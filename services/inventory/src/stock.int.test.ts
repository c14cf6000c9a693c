import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { auditStock, type TransactionFacts } from '@nexus/contracts';
import { journalCursorMigration, messagingSharedMigrations, messagingTenantMigrations } from '@nexus/messaging';
import { createProvisioner, createTenancyDb, uuidv7, type Provisioner, type TenancyDb } from '@nexus/tenancy-db';
import { createTestDatabases, createTestTenant, type TestDatabases, type TestTenant } from '@nexus/testkit';
import fc from 'fast-check';
import { stockMigration } from '../migrations/0100-stock.ts';
import { auditStockRpc } from './audit/audit-stock.ts';
import { applyCounts } from './stock-count/derive-counts.ts';
import type { StockCount } from './stock-count/stock-count.ts';
import { moveStock, tellOfLevels } from './stock-movement/move-stock.ts';
import { movementsOf, type StockMovement } from './stock-movement/stock-movement.ts';

jest.setTimeout(120_000);

let databases: TestDatabases;
let provisioner: Provisioner;
let db: TenancyDb;

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['inventory'] });
  provisioner = createProvisioner({
    service: 'inventory',
    url: databases.provisionerUrl('inventory'),
    tenantMigrations: [...messagingTenantMigrations, journalCursorMigration, stockMigration],
    sharedMigrations: messagingSharedMigrations,
  });
  await provisioner.migrateShared();
  db = createTenancyDb({ service: 'inventory', url: databases.url('inventory') });
});
afterAll(async () => {
  await db.close();
  await provisioner.close();
  await databases.drop();
});

const TERMINAL = uuidv7();
const keyOf = (n: number): string => `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`;
const move = (tenant: TestTenant, ...movements: StockMovement[]) => db.tx(tenant, (tx) => moveStock(db, tx, movements));
const count = (tenant: TestTenant, ...counts: StockCount[]) =>
  db.tx(tenant, async (tx) => tellOfLevels(db, tx, await applyCounts(tx, counts)));
const levels = async (tenant: TestTenant): Promise<Record<string, number>> => {
  const rows = await db.tx(tenant, (tx) =>
    tx.query<{ branch: string; product: string; on_hand: string }>('SELECT branch, product, on_hand FROM stock_level'),
  );
  return Object.fromEntries(rows.map((row) => [`${row.branch}/${row.product}`, Number(row.on_hand)]));
};
const audit = (tenant: TestTenant) => {
  const handler = auditStockRpc(db).find(({ definition }) => definition.name === auditStock.name);
  return handler?.handle(tenant, {}) as Promise<{
    units: number;
    findings: { name: string; holds: boolean; detail: string }[];
  }>;
};

interface Happening {
  readonly kind: 'move' | 'count';
  readonly branch: number;
  readonly product: number;
  readonly at: number;
  readonly quantity: number;
}
const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom('move', 'move', 'move', 'count'),
  branch: fc.integer({ min: 0, max: 1 }),
  product: fc.integer({ min: 0, max: 1 }),
  at: fc.integer({ min: 1, max: 12 }),
  quantity: fc.integer({ min: -5, max: 9 }),
});

/** What should be on hand: everything in the order of its own time, a count setting what the shelf showed. */
function naive(happenings: readonly (Happening & { key: string })[]): Record<string, number> {
  const shelf: Record<string, number> = {};
  const inOrder = [...happenings].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  for (const h of inOrder) {
    const id = `${h.branch}/${h.product}`;
    shelf[id] = h.kind === 'count' ? h.quantity : (shelf[id] ?? 0) + h.quantity;
  }
  return shelf;
}

describe('stock', () => {
  test('is the same whatever order movements and counts arrive in, and however often', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 1, maxLength: 14 }),
        fc.infiniteStream(fc.nat()),
        fc.integer({ min: 1, max: 5 }),
        async (happenings, chance, batchSize) => {
          const tenant = await createTestTenant(provisioner);
          const branches = [uuidv7(), uuidv7()];
          const products = [uuidv7(), uuidv7()];
          const all = happenings.map((h, n) => ({ ...h, key: keyOf(n + 1) }));
          const next = (): number => chance.next().value as number;
          const arrivals = [...all, ...all.filter(() => next() % 3 === 0)]
            .map((h) => ({ h, order: next() }))
            .sort((a, b) => a.order - b.order)
            .map(({ h }) => h);
          for (let at = 0; at < arrivals.length; at += batchSize) {
            const batch = arrivals.slice(at, at + batchSize);
            const common = (h: (typeof all)[number]) => ({
              key: h.key,
              line: 1,
              branch: branches[h.branch] ?? '',
              product: products[h.product] ?? '',
              at: h.at,
              terminal: TERMINAL,
              number: 1,
            });
            await move(
              tenant,
              ...batch
                .filter((h) => h.kind === 'move')
                .map((h): StockMovement => ({ ...common(h), quantity: h.quantity, reason: 'sale' })),
            );
            for (const h of batch.filter((b) => b.kind === 'count')) {
              await count(tenant, { ...common(h), counted: h.quantity, opening: false });
            }
          }
          const expected = Object.fromEntries(
            Object.entries(naive(all)).map(([id, onHand]) => {
              const [branch, product] = id.split('/').map(Number);
              return [`${branches[branch ?? 0] ?? ''}/${products[product ?? 0] ?? ''}`, onHand];
            }),
          );
          expect(await levels(tenant)).toEqual(expected);
          expect((await audit(tenant)).findings.filter((f) => !f.holds)).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('two tills that sell the last piece both sold it: below zero, an exception, which late goods settle', async () => {
    const tenant = await createTestTenant(provisioner);
    const [branch, product] = [uuidv7(), uuidv7()];
    const sold = (n: number, quantity: number): StockMovement => ({
      key: keyOf(n),
      line: 1,
      branch,
      product,
      quantity,
      reason: 'sale',
      at: n,
      terminal: TERMINAL,
      number: n,
    });
    const open = () => db.tx(tenant, (tx) => tx.query('SELECT subject FROM exception WHERE settled_at IS NULL'));
    await count(tenant, {
      key: keyOf(1),
      line: 1,
      branch,
      product,
      counted: 1000,
      at: 1,
      opening: true,
      terminal: TERMINAL,
      number: 1,
    });
    await Promise.all([move(tenant, sold(2, -1000)), move(tenant, sold(3, -1000))]);
    expect(await levels(tenant)).toEqual({ [`${branch}/${product}`]: -1000 });
    expect(await open()).toEqual([{ subject: product }]);
    await move(tenant, sold(4, 2000));
    expect(await open()).toEqual([]);
    await move(tenant, sold(5, -5000));
    expect(await open()).toHaveLength(1);
  });

  test('an audit sees a level that is not the sum of its movements', async () => {
    const tenant = await createTestTenant(provisioner);
    await move(tenant, {
      key: keyOf(1),
      line: 1,
      branch: uuidv7(),
      product: uuidv7(),
      quantity: 5,
      reason: 'return',
      at: 1,
      terminal: TERMINAL,
      number: 1,
    });
    await db.tx(tenant, (tx) => tx.query('UPDATE stock_level SET on_hand = 6'));
    expect((await audit(tenant)).findings.filter((f) => !f.holds).map((f) => f.name)).toEqual([
      'stock-on-hand-is-sum-of-movements',
    ]);
  });
});

describe('movements of a transaction', () => {
  const facts = (kind: TransactionFacts['kind'], voidedKind?: 'sale' | 'return'): TransactionFacts =>
    ({
      key: keyOf(1),
      kind,
      ...(voidedKind === undefined ? {} : { voidedKind }),
      entry: { terminal: TERMINAL, number: 1 },
      branch: TERMINAL,
      at: 1,
      lines: [{ n: 1, product: TERMINAL, quantity: 2000 }],
    }) as unknown as TransactionFacts;

  test.each([
    [facts('sale'), -2000],
    [facts('return'), 2000],
    [facts('post-void', 'sale'), 2000],
    [facts('post-void', 'return'), -2000],
  ])('go the way of their kind', (transaction, quantity) => {
    expect(movementsOf(transaction).map((m) => m.quantity)).toEqual([quantity]);
  });

  test('are none in training', () => {
    expect(movementsOf({ ...facts('sale'), training: true })).toEqual([]);
  });
});
