import { describe, expect, test } from '@jest/globals';
import { cashIncrementOf } from '@nexus/money';
import fc from 'fast-check';
import { priceSale, recompute } from './engine.ts';
import type { Discount, LineInput, PricedSale, RecomputedEntry, SaleInput } from './shapes.ts';

const rate = fc.constantFrom(0, 25_000, 50_000, 150_000, 175_000, 219_000, 1_000_000);
const taxGroup = fc.record({
  code: fc.constantFrom('standard', 'reduced'),
  components: fc
    .array(fc.record({ code: fc.constantFrom('VAT', 'NHIL', 'GET', 'COVID'), rate }), { maxLength: 4 })
    .map((components) => components.filter((one, at) => components.findIndex(({ code }) => code === one.code) === at)),
});
const discount: fc.Arbitrary<Discount> = fc.oneof(
  fc.record({ source: fc.constant('manual'), amount: fc.nat(5000) }),
  fc.record({ source: fc.constant('staff'), reason: fc.constant('S10'), rate: fc.nat(1_000_000) }),
);
const line: fc.Arbitrary<Omit<LineInput, 'n'>> = fc.record(
  {
    product: fc.constant('00000000-0000-7000-8000-000000000001'),
    code: fc.constant('A1'),
    description: fc.constant('Thing'),
    quantity: fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 80_000_000 })),
    unitPrice: fc.oneof(fc.constant(0), fc.nat(10_000), fc.nat(100_000_000)),
    priceScale: fc.nat(6),
    taxGroup,
    discounts: fc.array(discount, { maxLength: 3 }),
  },
  { requiredKeys: ['product', 'code', 'description', 'quantity', 'unitPrice', 'taxGroup'] },
);
const sale = fc
  .record({
    currency: fc.constantFrom('GHS', 'JPY', 'KWD', 'CHF', 'HUF'),
    lines: fc.array(line, { minLength: 1, maxLength: 12 }),
    discounts: fc.array(discount, { maxLength: 2 }),
    cash: fc.boolean(),
  })
  .map(({ currency, lines, discounts, cash }): SaleInput => ({
    currency,
    lines: lines.map((one, index) => ({ n: index + 1, ...one })),
    discounts,
    ...(cash ? { cash: { increment: cashIncrementOf(currency), otherTenders: 0 } } : {}),
  }));

const asEntry = (priced: PricedSale, cash: boolean): RecomputedEntry => {
  const { pay, cur } = priced.totals;
  return {
    by: { pe: priced.engine },
    L: priced.lines,
    T: priced.totals,
    N: pay === 0 && !cash ? [] : [{ ty: cash ? 'cash' : 'card', td: pay + 7, ap: pay, ch: 7, cur }],
  };
};
const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
/**
 * Whether `amount` is at most so many halves of a minor unit away from gross × rate ÷ (1 + rates). In whole numbers:
 * with amounts of some 10^14, which a sale may have, a double is off by more than what is asked here.
 */
const isWithin = (amount: number, halves: bigint, gross: number, rate: number, rates: number): boolean => {
  const whole = BigInt(1_000_000 + rates);
  const apart = 2n * (BigInt(amount) * whole - BigInt(gross) * BigInt(rate));
  return (apart < 0n ? -apart : apart) <= halves * whole;
};

describe('a priced sale', () => {
  test('adds up: net + tax = gross, line by line and in total; discounts account for the rest', () => {
    fc.assert(
      fc.property(sale, (input) => {
        const { lines, totals } = priceSale(input);
        expect(totals.gross).toBe(sum(lines, (one) => one.g));
        expect(totals.net + sum(totals.tax, (tax) => tax.a)).toBe(totals.gross);
        expect(totals.disc).toBe(sum(lines, (one) => sum(one.ds ?? [], (share) => share.a)));
        expect(totals.pay).toBe(totals.gross + totals.round);
        for (const one of lines) {
          expect(one.g).toBeGreaterThanOrEqual(0);
          for (const tax of one.x) expect(tax.b + sum(one.x, ({ a }) => a)).toBe(one.g);
          expect((one.ds ?? []).every((share) => share.a > 0)).toBe(true);
        }
      }),
    );
  });

  test('is what the server computes from the entry', () => {
    fc.assert(
      fc.property(sale, (input) => {
        const priced = JSON.parse(JSON.stringify(priceSale(input))) as PricedSale;
        expect(recompute(asEntry(priced, input.cash !== undefined))).toEqual([]);
      }),
    );
  });

  test('tax is within half a minor unit of the exact amount, a component within one and a half', () => {
    fc.assert(
      fc.property(sale, (input) => {
        for (const one of priceSale(input).lines) {
          const rates = sum(one.x, ({ r }) => r);
          expect(
            isWithin(
              sum(one.x, ({ a }) => a),
              1n,
              one.g,
              rates,
              rates,
            ),
          ).toBe(true);
          for (const tax of one.x) expect(isWithin(tax.a, 3n, one.g, tax.r, rates)).toBe(true);
        }
      }),
    );
  });
});

describe('known sales', () => {
  const standard = { code: 'standard', components: [{ code: 'VAT', rate: 150_000 }] };
  const thing = (n: number, unitPrice: number, quantity: number): LineInput => ({
    n,
    product: '00000000-0000-7000-8000-000000000001',
    code: 'A1',
    description: 'Thing',
    quantity,
    unitPrice,
    taxGroup: standard,
  });

  test('two lines with one discount over both, cash rounded', () => {
    const { lines, totals } = priceSale({
      currency: 'CHF',
      lines: [thing(1, 1000, 2000), thing(2, 333, 1000)],
      discounts: [{ source: 'manual', reason: 'damaged', amount: 100 }],
      cash: { increment: 5, otherTenders: 0 },
    });
    expect(lines.map((one) => [one.g, one.ds?.[0]?.a])).toEqual([
      [1914, 86],
      [319, 14],
    ]);
    expect(totals).toEqual({
      cur: 'CHF',
      net: 1664 + 277,
      tax: [{ c: 'VAT', r: 150_000, b: 1941, a: 292 }],
      disc: 100,
      gross: 2233,
      round: 2,
      pay: 2235,
    });
  });

  test('only what is paid in cash is rounded', () => {
    const { totals } = priceSale({
      currency: 'CHF',
      lines: [thing(1, 1003, 1000)],
      cash: { increment: 5, otherTenders: 503 },
    });
    expect([totals.round, totals.pay]).toEqual([0, 1003]);
  });

  test('a weighed article with a price of finer scale', () => {
    const [line] = priceSale({
      currency: 'GHS',
      lines: [{ ...thing(1, 12345, 1234), priceScale: 4, unit: 'kg' }],
    }).lines;
    expect([line?.g, line?.ps, line?.u]).toEqual([152, 4, 'kg']);
  });

  test('tens of thousands of pieces, and what is given away', () => {
    const { totals } = priceSale({
      currency: 'GBP',
      lines: [thing(1, 208, 80_995_000), thing(2, 0, 19_152_000)],
    });
    expect(totals.gross).toBe(16_846_960);
  });

  test('amounts beyond the safe integers throw', () => {
    expect(() => priceSale({ currency: 'GHS', lines: [thing(1, Number.MAX_SAFE_INTEGER, 2000)] })).toThrow(RangeError);
  });
});
