import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { transactionKey } from '@nexus/journal';
import { createTenancyDb, uuidv7, type TenancyDb } from '@nexus/tenancy-db';
import { createTestDatabases, createTestTenant, type TestDatabases, type TestTenant } from '@nexus/testkit';
import { service } from '../service.ts';
import { readHourTotals } from './hour-total.repository.ts';

const [ACCRA, KOLKATA] = [uuidv7(), uuidv7()];
let databases: TestDatabases;
let provisioner: ReturnType<typeof service.createProvisioner>;
let db: TenancyDb;
let tenant: TestTenant;

beforeAll(async () => {
  databases = await createTestDatabases({ services: ['sales'] });
  provisioner = service.createProvisioner(databases.provisionerUrl('sales'));
  await provisioner.migrateShared();
  db = createTenancyDb({ service: 'sales', url: databases.url('sales') });
});
beforeEach(async () => {
  tenant = await createTestTenant(provisioner);
});
afterAll(async () => {
  await db.close();
  await provisioner.close();
  await databases.drop();
});

let made = 0;
async function sell(
  branch: string,
  date: string,
  at: string,
  gross: number,
  { kind = 'sale', training = false, currency = 'GHS' } = {},
): Promise<void> {
  const ms = Date.parse(at);
  const offset = branch === KOLKATA ? 330 : 0;
  made += 1;
  const hash = made.toString(16).padStart(8, '0').padEnd(64, '0');
  await db.tx(tenant, (tx) =>
    tx.query(
      `INSERT INTO transaction_header (key, kind, entry_id, terminal, chain, seq, number, hash, branch, legal_entity,
         business_date, at_ms, utc_offset, training, currency, net, tax, discount, gross, rounding, payable, taxes)
       VALUES ($1, $2, $3, $3, $3, $4, $4, $5, $6, $3, $7, $8, $9, $10, $11, $12, 0, 0, $12, 0, $12, '[]')`,
      [transactionKey(ms, hash), kind, uuidv7(), made, hash, branch, date, ms, offset, training, currency, gross],
    ),
  );
}
const hours = (date: string, branch?: string, branches: readonly string[] | null = null) =>
  db.tx(tenant, (tx) => readHourTotals(tx, { date, branch }, branches));
const row = (businessDate: string, hour: number, transactions: number, net: number, currency = 'GHS') => ({
  businessDate,
  hour,
  currency,
  transactions,
  net,
});

test('hours are those on the wall of each branch, of the date and the one before, past midnight too', async () => {
  await sell(ACCRA, '2026-11-20', '2026-11-20T09:59:59Z', 100);
  await sell(ACCRA, '2026-11-21', '2026-11-21T10:00:00Z', 200);
  await sell(ACCRA, '2026-11-21', '2026-11-21T10:30:00Z', 50, { kind: 'return' });
  await sell(KOLKATA, '2026-11-21', '2026-11-21T05:00:00Z', 400);
  await sell(ACCRA, '2026-11-21', '2026-11-22T01:15:00Z', 7);
  await sell(ACCRA, '2026-11-19', '2026-11-19T10:00:00Z', 1_000);
  await sell(ACCRA, '2026-11-22', '2026-11-22T08:00:00Z', 1_000);
  expect(await hours('2026-11-21')).toEqual([
    row('2026-11-20', 9, 1, 100),
    row('2026-11-21', 10, 2, 550),
    row('2026-11-21', 25, 1, 7),
  ]);
});

test('training counts nowhere; currencies and branches stay apart', async () => {
  await sell(ACCRA, '2026-11-21', '2026-11-21T10:00:00Z', 200, { training: true });
  await sell(ACCRA, '2026-11-21', '2026-11-21T10:00:00Z', 10);
  await sell(KOLKATA, '2026-11-21', '2026-11-21T04:30:00Z', 20, { currency: 'INR' });
  expect(await hours('2026-11-21')).toEqual([row('2026-11-21', 10, 1, 10), row('2026-11-21', 10, 1, 20, 'INR')]);
  expect(await hours('2026-11-21', KOLKATA)).toEqual([row('2026-11-21', 10, 1, 20, 'INR')]);
  expect(await hours('2026-11-21', undefined, [ACCRA])).toEqual([row('2026-11-21', 10, 1, 10)]);
  expect(await hours('2026-11-21', KOLKATA, [ACCRA])).toEqual([]);
});
