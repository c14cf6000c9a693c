import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  entriesOf,
  expectSound,
  fillCart,
  isTransaction,
  linesOf,
  MANAGER,
  openTestTill,
  product,
  sell,
  TAX_GROUP,
} from './test-support/harness.ts';

const goods = (n: number, unitPrice: number) => {
  const { id, code, description } = product(n);
  return {
    from: 'goods' as const,
    line: { product: id, code, description, quantity: 1000, unitPrice, taxGroup: TAX_GROUP },
  };
};

describe('voids leave a trace', () => {
  test('a line taken out of the cart', async () => {
    const { till } = await openTestTill();
    const cart = fillCart(till, [{ n: 1 }, { n: 2 }]);
    expect(await till.voidLine(cart, 1)).toMatchObject({ ok: true });
    expect(await till.voidLine(cart, 1)).toEqual({ ok: false, reason: 'line-not-found' });
    expect(cart.addLine(cart.lines[0]!)).toEqual({ ok: true, n: 3 });
    await till.finishSale({ cart, tenders: [{ type: 'cash' }] });
    const entries = await entriesOf(till);
    expect(entries.at(-2)).toMatchObject({ k: 'line-void', cart: cart.id, L: [{ n: 1, c: 'P1' }] });
    expect(entries.at(-1)).toMatchObject({ k: 'sale', L: [{ n: 2 }, { n: 3 }] });
  });

  test('a cart given up, also an empty one', async () => {
    const { till } = await openTestTill();
    const cart = fillCart(till, [{ n: 1 }]);
    expect(await till.cancelTransaction(cart)).toMatchObject({ ok: true });
    expect(await till.finishSale({ cart, tenders: [{ type: 'cash' }] })).toEqual({
      ok: false,
      reason: 'cart-not-open',
    });
    await till.cancelTransaction(till.newCart());
    expect((await entriesOf(till)).slice(-2)).toMatchObject([
      { k: 'transaction-cancel', L: [{ c: 'P1' }], T: { gross: 1001 } },
      { k: 'transaction-cancel', L: [] },
    ]);
  });

  test('a sale made and voided offline: both are in the journal, cash and stock as before', async () => {
    const { till } = await openTestTill();
    const sale = await sell(till, [{ n: 1, price: 700 }]);
    expect(await till.postVoid(sale.entry.id, [])).toEqual({ ok: false, reason: 'approval-needed' });
    expect(await till.postVoid(sale.entry.id, MANAGER)).toMatchObject({ ok: true });
    expect(await till.postVoid(sale.entry.id, MANAGER)).toEqual({ ok: false, reason: 'already-voided' });
    expect(await till.postVoid('nothing', MANAGER)).toEqual({ ok: false, reason: 'transaction-not-here' });
    expect((await entriesOf(till)).slice(-2)).toMatchObject([
      { k: 'sale' },
      { k: 'post-void', of: sale.entry.id, gross: 700, at: { ap: MANAGER } },
    ]);
    expect(await till.context.store.one('SELECT sum(quantity) AS quantity FROM stock')).toMatchObject({ quantity: 0 });
    expect(await till.closeShift(10_000)).toMatchObject({ expectedMinor: 10_000, sales: { count: 0, gross: 0 } });
    expect((await till.sync.status()).unsent).toMatchObject({ sales: 1, gross: 0 });
  });

  test('only within the shift, and not once goods came back', async () => {
    const { till } = await openTestTill();
    const sale = await sell(till, [{ n: 1, quantity: 2000 }]);
    const lines = [{ from: 'receipt' as const, entry: sale.entry.id, line: 1, quantity: 1000 }];
    const returned = await till.finishReturn({ lines, tenders: [{ type: 'cash' }] });
    expect(await till.postVoid(sale.entry.id, MANAGER)).toEqual({ ok: false, reason: 'partly-returned' });
    // Voiding the return gives the goods back to the sale.
    expect(await till.postVoid(returned.ok ? returned.entry.id : '', MANAGER)).toMatchObject({ ok: true });
    expect(await till.postVoid(sale.entry.id, MANAGER)).toMatchObject({ ok: true });
    expect(await till.finishReturn({ lines, tenders: [{ type: 'cash' }] })).toEqual({
      ok: false,
      reason: 'original-voided',
    });
    const other = await sell(till);
    await till.closeShift(0);
    await till.openShift({ cashier: 'b', floatMinor: 0 });
    expect(await till.postVoid(other.entry.id, MANAGER)).toEqual({ ok: false, reason: 'of-another-shift' });
  });
});

describe('a return', () => {
  test('without receipt needs an approval; one of a sale made elsewhere names it', async () => {
    const { till } = await openTestTill();
    const request = { lines: [goods(1, 250)], tenders: [{ type: 'cash' }] };
    expect(await till.finishReturn(request)).toEqual({ ok: false, reason: 'approval-needed' });
    expect(await till.finishReturn({ ...request, approvals: MANAGER })).toMatchObject({ ok: true, receipt: { n: 1 } });
    const elsewhere = { entry: product(9).id, line: 1 };
    const named = goods(2, 250);
    const lines = [{ ...named, line: { ...named.line, original: elsewhere } }];
    expect(await till.finishReturn({ lines, tenders: [{ type: 'cash' }] })).toMatchObject({ ok: true });
    expect((await entriesOf(till)).slice(-2)).toMatchObject([
      { k: 'return', at: { ap: MANAGER } },
      { k: 'return', L: [{ o: { e: elsewhere.entry, n: 1 } }] },
    ]);
    expectSound(await linesOf(till));
  });

  test('of what was never sold here, or of more than was sold, is refused', async () => {
    const { till } = await openTestTill();
    const sale = await sell(till, [{ n: 1, quantity: 2000 }]);
    const back = (entry: string, line: number, quantity: number) =>
      till.finishReturn({ lines: [{ from: 'receipt', entry, line, quantity }], tenders: [{ type: 'cash' }] });
    const before = await linesOf(till);
    expect(await back(sale.entry.id, 2, 1000)).toEqual({ ok: false, reason: 'original-not-here' });
    expect(await back('elsewhere', 1, 1000)).toEqual({ ok: false, reason: 'original-not-here' });
    expect(await back(sale.entry.id, 1, 0)).toEqual({ ok: false, reason: 'exceeds-original' });
    expect(await back(sale.entry.id, 1, 2001)).toEqual({ ok: false, reason: 'exceeds-original' });
    const twice = [1, 2].map(() => ({ from: 'receipt' as const, entry: sale.entry.id, line: 1, quantity: 1500 }));
    expect(await till.finishReturn({ lines: twice, tenders: [{ type: 'cash' }] })).toEqual({
      ok: false,
      reason: 'exceeds-original',
    });
    expect(await linesOf(till)).toEqual(before);
    expect(await back(sale.entry.id, 1, 1500)).toMatchObject({ ok: true });
    expect(await back(sale.entry.id, 1, 501)).toEqual({ ok: false, reason: 'exceeds-original' });
  });

  test('takes its gross off what is unsent; one of nothing, or of a return, is refused', async () => {
    const { till } = await openTestTill();
    await till.sync.send();
    const sale = await sell(till, [{ n: 1, price: 700, quantity: 3000 }]);
    const back = (entry: string, quantity: number) => ({ from: 'receipt' as const, entry, line: 1, quantity });
    const returned = await till.finishReturn({ lines: [back(sale.entry.id, 1000)], tenders: [{ type: 'cash' }] });
    expect((await till.sync.status()).unsent).toMatchObject({ sales: 2, gross: 2100 - 700 });
    expect(await till.finishReturn({ lines: [], tenders: [{ type: 'cash' }] })).toEqual({
      ok: false,
      reason: 'nothing-returned',
    });
    const again = { lines: [back(returned.ok ? returned.entry.id : '', 1000)], tenders: [{ type: 'cash' }] };
    expect(await till.finishReturn(again)).toEqual({ ok: false, reason: 'original-not-here' });
  });

  test('that is refused leaves nothing: all may still come back', async () => {
    const { till } = await openTestTill();
    const sale = await sell(till, [{ n: 1, price: 700 }]);
    const before = await linesOf(till);
    const lines = [{ from: 'receipt' as const, entry: sale.entry.id, line: 1, quantity: 1000 }];
    const tenders = [{ type: 'card', tenderedMinor: 9_000 }];
    expect(await till.finishReturn({ lines, tenders })).toEqual({ ok: false, reason: 'overpaid-without-cash' });
    expect(await linesOf(till)).toEqual(before);
    expect(await till.finishReturn({ lines, tenders: [{ type: 'cash' }] })).toMatchObject({ ok: true });
  });

  test('in any number of pieces never refunds more than was paid, and all of it at the end', async () => {
    const { till } = await openTestTill();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30_000 }),
        fc.integer({ min: 1, max: 9999 }),
        fc.nat(500),
        fc.array(fc.integer({ min: 1, max: 9000 }), { maxLength: 6 }),
        async (quantity, price, discount, pieces) => {
          const earlier = (await entriesOf(till)).length;
          const cart = fillCart(till, [{ n: 1, quantity, price }]);
          cart.setDiscounts([{ source: 'manual', amount: discount }]);
          const sale = await till.finishSale({ cart, tenders: [{ type: 'cash' }] });
          if (!sale.ok) throw new Error(sale.reason);
          let left = quantity;
          for (const piece of [...pieces, Number.POSITIVE_INFINITY]) {
            const back = Math.min(piece, left);
            if (back === 0) break;
            left -= back;
            const lines = [{ from: 'receipt' as const, entry: sale.entry.id, line: 1, quantity: back }];
            expect(await till.finishReturn({ lines, tenders: [{ type: 'cash' }] })).toMatchObject({ ok: true });
          }
          const entries = (await entriesOf(till)).slice(earlier);
          const returns = entries.filter(isTransaction).filter(({ k }) => k === 'return');
          const refunded = returns.reduce((sum, { T }) => sum + T.gross, 0);
          expect(refunded).toBeLessThanOrEqual(sale.priced.totals.gross);
          // Rounding each piece may leave less than half a unit for each of them.
          expect(refunded).toBeGreaterThanOrEqual(sale.priced.totals.gross - returns.length);
        },
      ),
      { numRuns: 25 },
    );
    expectSound(await linesOf(till));
  }, 180_000);
});

describe('a stock count', () => {
  test('sets this till’s view, in entries that fit', async () => {
    const { till } = await openTestTill({ shift: false });
    const lines = Array.from({ length: 1500 }, (_, n) => ({
      product: product(n).id,
      code: `P${n}`,
      quantity: n * 1000,
    }));
    expect(await till.countStock(lines, { opening: true })).toMatchObject({
      ok: true,
      entries: [expect.any(String), expect.any(String)],
    });
    expect(await till.countStock([])).toEqual({ ok: false, reason: 'nothing-counted' });
    expect(await till.context.store.one('SELECT quantity FROM stock WHERE product = ?', [product(7).id])).toMatchObject(
      { quantity: 7000 },
    );
    const entries = await entriesOf(till);
    expect(entries.map((entry) => entry.k === 'stock-counted' && [entry.opening, entry.L.length])).toEqual([
      [true, 1000],
      [true, 500],
    ]);
  });
});
