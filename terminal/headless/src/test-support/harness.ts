import { hash } from 'node:crypto';
import { expect } from '@jest/globals';
import { knownEntry, type KnownEntry, type ProductFacts, type ReturnEntry, type SaleEntry } from '@nexus/contracts';
import { compareTimes, EMPTY_CHAIN, verifyChain } from '@nexus/journal';
import { recompute } from '@nexus/pricing';
import type { Cart, Clock, Sleep, SyncOptions, Till } from '@nexus/terminal-core';
import { createHeadlessTill } from '../headless-till.ts';
import { FakePlatform } from './fake-platform.ts';

/** A clock that stands still until it is told otherwise. */
export class ManualClock implements Clock {
  ms: number;
  constructor(at = '2026-03-02T09:00:00Z') {
    this.ms = Date.parse(at);
  }
  nowMs(): number {
    return this.ms;
  }
  set(at: string): void {
    this.ms = Date.parse(at);
  }
}

export const MANAGER = [{ by: 'manager-1', how: 'pin', why: 'customer-request' }];
export const TAX_GROUP = {
  code: 'standard',
  components: [
    { code: 'VAT', rate: 150_000 },
    { code: 'NHIL', rate: 25_000 },
  ],
};

export const product = (n: number, priceMinor = 1000 + n): ProductFacts => ({
  id: `0190b6a2-1111-7000-8000-${String(n).padStart(12, '0')}`,
  code: `P${n}`,
  description: `Product number ${n}`,
  unit: 'ea',
  taxGroup: TAX_GROUP.code,
  priceMinor,
  currency: 'GHS',
  barcodes: [`20000000${String(n).padStart(4, '0')}`],
  variants: [],
  active: true,
  revision: n,
});

export interface TestTill {
  readonly till: Till;
  readonly platform: FakePlatform;
  readonly clock: ManualClock;
}

/** A till that is enrolled and, unless told otherwise, has a shift open. */
export const openTestTill = async (
  options: {
    platform?: FakePlatform;
    clock?: ManualClock;
    directory?: string;
    shift?: boolean;
    sync?: SyncOptions;
    sleep?: Sleep;
  } = {},
): Promise<TestTill> => {
  const platform = options.platform ?? new FakePlatform();
  const clock = options.clock ?? new ManualClock();
  const till = await createHeadlessTill({
    platform,
    clock,
    ...(options.directory !== undefined && { directory: options.directory }),
    ...(options.sync && { sync: options.sync }),
    ...(options.sleep && { sleep: options.sleep }),
  });
  if (!till.facts) await till.enrol('TEST-CODE');
  if (options.shift !== false && !till.shift) await till.openShift({ cashier: 'ama', floatMinor: 10_000 });
  return { till, platform, clock };
};

export const fillCart = (till: Till, lines: readonly { n: number; quantity?: number; price?: number }[]): Cart => {
  const cart = till.newCart();
  for (const { n, quantity, price } of lines) {
    const { id, code, description, priceMinor } = product(n);
    cart.addLine({
      product: id,
      code,
      description,
      quantity: quantity ?? 1000,
      unitPrice: price ?? priceMinor ?? 0,
      taxGroup: TAX_GROUP,
    });
  }
  return cart;
};

/** Sells and insists that it went well. */
export const sell = async (
  till: Till,
  lines: readonly { n: number; quantity?: number; price?: number }[] = [{ n: 1 }],
) => {
  const finished = await till.finishSale({ cart: fillCart(till, lines), tenders: [{ type: 'cash' }] });
  if (!finished.ok) throw new Error(`refused: ${finished.reason}`);
  return finished;
};

/** Every line that the till holds, in order. */
export const linesOf = async (till: Till): Promise<string[]> =>
  (await till.context.store.all<{ line: string }>('SELECT line FROM journal_entry ORDER BY chain_no, seq')).map(
    ({ line }) => line,
  );

export const entriesOf = async (till: Till): Promise<KnownEntry[]> =>
  (await linesOf(till)).map((line) => knownEntry.parse(JSON.parse(line)));

export const isTransaction = (entry: KnownEntry): entry is SaleEntry | ReturnEntry =>
  entry.k === 'sale' || entry.k === 'return';

/**
 * What must hold of any one chain of any till: each line is of the agreed shape, the chain holds together, each sale is
 * what the server computes, receipt numbers have no hole, and the logical clock ascends.
 */
export const expectSound = (lines: readonly string[]): void => {
  const { broken } = verifyChain(lines, EMPTY_CHAIN, (data) => hash('sha256', data, 'hex'));
  expect(broken).toBeNull();
  const entries = lines.map((line) => knownEntry.parse(JSON.parse(line)));
  const transactions = entries.filter(isTransaction);
  for (const entry of transactions) expect(recompute(entry)).toEqual([]);
  expect(transactions.map(({ r }) => r.n)).toEqual(transactions.map((_, index) => index + 1));
  expect(new Set(transactions.map(({ r }) => r.s)).size).toBeLessThanOrEqual(1);
  expect(new Set(entries.map(({ i }) => i)).size).toBe(entries.length);
  entries.forEach(({ h }, index) => {
    const before = entries[index - 1]?.h;
    if (before) expect(compareTimes(h, before)).toBeGreaterThan(0);
  });
};
