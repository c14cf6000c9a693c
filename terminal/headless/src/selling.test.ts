import { describe, expect, test } from '@jest/globals';
import type { ShiftCloseEntry } from '@nexus/contracts';
import {
  entriesOf,
  expectSound,
  fillCart,
  linesOf,
  MANAGER,
  ManualClock,
  openTestTill,
  product,
  sell,
} from './test-support/harness.ts';
import { FakePlatform } from './test-support/fake-platform.ts';

describe('a sale', () => {
  test('is entry, receipt, cash and stock, all at once', async () => {
    const { till } = await openTestTill();
    const finished = await till.finishSale({
      cart: fillCart(till, [{ n: 1, quantity: 2000 }, { n: 2 }]),
      tenders: [{ type: 'cash', tenderedMinor: 5000 }],
      customer: 'customer-7',
    });
    if (!finished.ok) throw new Error(finished.reason);
    expect(finished).toMatchObject({ changeMinor: 5000 - 3004, receipt: { n: 1 } });
    const entry = (await entriesOf(till)).at(-1);
    expect(entry).toMatchObject({
      k: 'sale',
      i: finished.entry.id,
      cu: 'customer-7',
      r: finished.receipt,
      at: { dr: 'D1', ca: 'ama', sh: till.shift?.id },
      T: { cur: 'GHS', gross: 3004, pay: 3004 },
      N: [{ ty: 'cash', td: 5000, ap: 3004, ch: 1996 }],
    });
    expect((await till.cash()).map(({ kind, amount }) => [kind, amount])).toEqual([
      ['shift-open', 10_000],
      ['sale', 3004],
    ]);
    expect(await till.context.store.all('SELECT product, quantity FROM stock ORDER BY product')).toMatchObject([
      { product: product(1).id, quantity: -2000 },
      { product: product(2).id, quantity: -1000 },
    ]);
    expectSound(await linesOf(till));
  });

  test('once paid is never open again, however often somebody pays, cancels or changes it', async () => {
    const { till } = await openTestTill();
    const cart = fillCart(till, [{ n: 1 }]);
    const twice = await Promise.all([1, 2].map(() => till.finishSale({ cart, tenders: [{ type: 'cash' }] })));
    expect(twice.map(({ ok }) => ok)).toEqual([true, false]);
    expect(await till.cancelTransaction(cart)).toEqual({ ok: false, reason: 'cart-not-open' });
    expect(await till.voidLine(cart, 1)).toEqual({ ok: false, reason: 'cart-not-open' });
    expect(cart.addLine(cart.lines[0]!)).toEqual({ ok: false, reason: 'cart-not-open' });
    expect((await entriesOf(till)).filter(({ k }) => k === 'sale')).toHaveLength(1);
  });

  test('whose write fails leaves nothing behind, and the cart can be paid again', async () => {
    const { till } = await openTestTill();
    await sell(till);
    const cart = fillCart(till, [{ n: 1 }]);
    await till.context.store.run(
      "CREATE TRIGGER full BEFORE INSERT ON stock BEGIN SELECT raise(ABORT, 'disk full'); END",
    );
    await expect(till.finishSale({ cart, tenders: [{ type: 'cash' }] })).rejects.toThrow('disk full');
    await till.context.store.run('DROP TRIGGER full');
    expect(await till.finishSale({ cart, tenders: [{ type: 'cash' }] })).toMatchObject({ ok: true, receipt: { n: 2 } });
    expectSound(await linesOf(till));
  });

  test.each<[string, Parameters<typeof sellWith>[0], string]>([
    ['nothing in the cart', { lines: [] }, 'cart-empty'],
    ['too little money', { tenders: [{ type: 'cash', tenderedMinor: 10 }] }, 'underpaid'],
    ['too much on a card', { tenders: [{ type: 'card', tenderedMinor: 9999 }] }, 'overpaid-without-cash'],
    ['a negative tender', { tenders: [{ type: 'cash', tenderedMinor: -1 }] }, 'tender-negative'],
    ['cash twice', { tenders: [{ type: 'cash' }, { type: 'cash' }] }, 'two-cash-tenders'],
    [
      'an amount beyond counting',
      { lines: [{ n: 1, price: Number.MAX_SAFE_INTEGER, quantity: 2000 }] },
      'amount-too-large',
    ],
    ['no shift', { shift: false }, 'no-shift'],
  ])('is refused with %s', async (_, attempt, reason) => {
    expect(await sellWith(attempt)).toEqual({ ok: false, reason });
  });

  test('with card and cash rounds only the cash', async () => {
    const { till } = await openTestTill({ platform: new FakePlatform({ currency: 'CHF' }) });
    const finished = await till.finishSale({
      cart: fillCart(till, [{ n: 1, price: 1003 }]),
      tenders: [
        { type: 'cash', tenderedMinor: 1000 },
        { type: 'card', tenderedMinor: 501, authorisation: 'A1' },
      ],
    });
    if (!finished.ok) throw new Error(finished.reason);
    expect(finished.priced.totals).toMatchObject({ gross: 1003, round: -2, pay: 1001 });
    expect(finished.tenders.map(({ ty, ap }) => [ty, ap])).toEqual([
      ['card', 501],
      ['cash', 500],
    ]);
    expectSound(await linesOf(till));
  });
});

test('a card is not forgiven what cash would have been rounded by', async () => {
  const { till } = await openTestTill({ platform: new FakePlatform({ currency: 'CHF' }) });
  const cart = fillCart(till, [{ n: 1, price: 1002 }]);
  expect(await till.finishSale({ cart, tenders: [{ type: 'card', tenderedMinor: 1000 }] })).toEqual({
    ok: false,
    reason: 'underpaid',
  });
  expect(await till.finishSale({ cart, tenders: [{ type: 'card' }] })).toMatchObject({
    ok: true,
    priced: { totals: { gross: 1002, round: 0, pay: 1002 } },
  });
});

const sellWith = async (attempt: {
  lines?: { n: number; price?: number; quantity?: number }[];
  tenders?: { type: string; tenderedMinor?: number }[];
  shift?: boolean;
}) => {
  const { till } = await openTestTill({ shift: attempt.shift ?? true });
  const before = await linesOf(till);
  const result = await till.finishSale({
    cart: fillCart(till, attempt.lines ?? [{ n: 1 }]),
    tenders: attempt.tenders ?? [{ type: 'cash' }],
  });
  expect(await linesOf(till)).toEqual(before);
  return result;
};

describe('a shift', () => {
  test('keeps its business date after midnight, also when the till is opened again', async () => {
    const clock = new ManualClock('2026-03-02T22:30:00Z');
    const { till } = await openTestTill({ clock });
    await sell(till);
    clock.set('2026-03-03T01:15:00Z');
    await sell(till);
    expect((await entriesOf(till)).map(({ w }) => w.b)).toEqual(Array(4).fill('2026-03-02'));
    await till.closeShift(0);
    await till.openShift({ cashier: 'kofi', floatMinor: 0 });
    expect((await entriesOf(till)).at(-1)?.w.b).toBe('2026-03-03');
  });

  test('before the day’s cut-off belongs to the day before, in the branch’s own zone', async () => {
    const platform = new FakePlatform({ zone: 'America/New_York', dayCutoffMinutes: 240 });
    const { till } = await openTestTill({ platform, clock: new ManualClock('2026-03-03T08:30:00Z') });
    expect(till.shift?.businessDate).toBe('2026-03-02');
    expect((await entriesOf(till))[0]?.w).toMatchObject({ o: -300, z: 'America/New_York' });
  });

  test('closes on the sum of its entries, shown line by line, and names its drawer in each', async () => {
    const { till } = await openTestTill();
    const first = await sell(till, [{ n: 1, price: 700 }]);
    await sell(till, [{ n: 1, price: 300 }]);
    await till.finishSale({ cart: fillCart(till, [{ n: 2 }]), tenders: [{ type: 'card' }] });
    await till.moveCash({ kind: 'paid-in', amountMinor: 500, reason: 'change' });
    await till.moveCash({ kind: 'paid-out', amountMinor: 200, reason: 'taxi' });
    await till.moveCash({ kind: 'drop', amountMinor: 5000, reason: 'safe' });
    await till.openDrawer('change-money');
    await till.finishReturn({
      lines: [{ from: 'receipt', entry: first.entry.id, line: 1, quantity: 1000 }],
      tenders: [{ type: 'cash' }],
    });
    const lines = await till.cash();
    expect(lines.map(({ amount }) => amount)).toEqual([10_000, 700, 300, 500, -200, -5000, -700]);
    const closed = await till.closeShift(5600);
    expect(closed).toMatchObject({
      ok: true,
      expectedMinor: 5600,
      sales: { count: 3, gross: 700 + 300 + 1002 },
      returns: { count: 1, gross: 700 },
    });
    const entries = await entriesOf(till);
    expect(entries.every(({ at }) => at.dr === 'D1' && at.sh !== undefined)).toBe(true);
    expect(entries.map(({ k }) => k).slice(0, 2)).toEqual(['drawer-assigned', 'shift-open']);
    expectSound(await linesOf(till));
  });

  test('closing names what is unsent, and is itself an entry behind it', async () => {
    const { till, platform } = await openTestTill();
    await till.sync.send();
    await sell(till, [{ n: 1, price: 700 }]);
    await sell(till, [{ n: 1, price: 300 }]);
    expect(await till.closeShift(0)).toMatchObject({ ok: true, unsent: { entries: 2, sales: 2, gross: 1000 } });
    const close = (await entriesOf(till)).at(-1) as ShiftCloseEntry;
    expect(close).toMatchObject({ k: 'shift-close', unsent: { count: 2, gross: 1000 }, s: 5 });
    await till.sync.send();
    expect(platform.entries<{ k: string }>().at(-1)?.k).toBe('shift-close');
  });

  test('is one at a time, and what needs it is refused without', async () => {
    const { till } = await openTestTill();
    expect(await till.openShift({ cashier: 'b', floatMinor: 0 })).toEqual({ ok: false, reason: 'shift-open' });
    expect(await till.closeShift(-1)).toEqual({ ok: false, reason: 'counted-negative' });
    await till.closeShift(0);
    expect(await till.closeShift(0)).toEqual({ ok: false, reason: 'no-shift' });
    expect(await till.moveCash({ kind: 'drop', amountMinor: 1, reason: 'x' })).toEqual({
      ok: false,
      reason: 'no-shift',
    });
    expect(await till.postVoid('x', MANAGER)).toEqual({ ok: false, reason: 'no-shift' });
    expect(await till.finishReturn({ lines: [], tenders: [] })).toEqual({ ok: false, reason: 'no-shift' });
    expect(await till.openShift({ cashier: 'b', floatMinor: -1 })).toEqual({ ok: false, reason: 'float-negative' });
  });

  test.each(['JPY', 'GHS', 'KWD', 'CHF', 'HUF'])('of a day in %s closes on an exact count', async (currency) => {
    const { till } = await openTestTill({ platform: new FakePlatform({ currency }) });
    let counted = 10_000;
    for (let n = 1; n <= 25; n++) {
      const sale = await sell(till, [
        { n, price: 997 * n + 3, quantity: 333 * n },
        { n: 1, price: 0 },
      ]);
      counted += sale.priced.totals.pay;
    }
    expect(await till.closeShift(counted)).toMatchObject({ ok: true, expectedMinor: counted });
    expectSound(await linesOf(till));
  });
});

describe('receipts', () => {
  test('are printed from the journal, say COPY the second time, and each printing is an entry', async () => {
    const { till } = await openTestTill();
    const sale = await sell(till);
    expect(await till.printReceipt(sale.entry.id)).toMatchObject({ number: sale.receipt, copy: false, branch: 'Osu' });
    expect(await till.printReceipt(sale.entry.id)).toMatchObject({ copy: true, totals: sale.priced.totals });
    expect(await till.printReceipt('no such entry')).toBeNull();
    const printed = (await entriesOf(till)).filter(({ k }) => k === 'receipt-printed');
    expect(printed).toMatchObject([
      { of: sale.entry.id, r: sale.receipt, copy: false },
      { of: sale.entry.id, r: sale.receipt, copy: true },
    ]);
  });
});
