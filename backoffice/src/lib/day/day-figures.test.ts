import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dailySeries, figuresByBranch, figuresByCurrency, figuresOf, type DayTotalRow } from './day-figures.ts';

const row = (changes: Partial<DayTotalRow> = {}): DayTotalRow => ({
  branch: 'b1',
  businessDate: '2026-11-21',
  terminal: 't1',
  currency: 'GHS',
  kind: 'sale',
  transactions: 1,
  lines: 2,
  units: 2000,
  net: 870,
  tax: 130,
  gross: 1000,
  ...changes,
});

describe('figures of a day', () => {
  test('net takings are sales less returns and post-voids; a voided return comes back', () => {
    const rows = [
      row({ transactions: 3, gross: 3000, tax: 390 }),
      row({ kind: 'return', gross: 500, tax: 65 }),
      row({ kind: 'post-void', gross: 1000, tax: 130 }),
      row({ kind: 'post-void', gross: -200, tax: -26 }),
    ];
    expect(figuresOf(rows, 'GHS')).toEqual({
      currency: 'GHS',
      sales: { transactions: 3, gross: 3000, tax: 390 },
      returns: { transactions: 1, gross: 500, tax: 65 },
      voids: { transactions: 2, gross: 800, tax: 104 },
      net: 1700,
      tax: 221,
    });
  });

  test('amounts of two currencies are never added; the chain’s own comes first, also with nothing in it', () => {
    const rows = [row({ currency: 'USD', gross: 7 }), row({ currency: 'EUR', gross: 5 })];
    expect(figuresByCurrency(rows, 'GHS').map(({ currency, net }) => [currency, net])).toEqual([
      ['GHS', 0],
      ['EUR', 5],
      ['USD', 7],
    ]);
  });

  test('branches by size, each with its own currency', () => {
    const rows = [
      row({ branch: 'small', gross: 10 }),
      row({ branch: 'large', gross: 100 }),
      row({ branch: 'large', terminal: 't2', gross: 50 }),
      row({ branch: 'abroad', currency: 'XOF', gross: 999 }),
    ];
    expect(figuresByBranch(rows).map(({ branch, currency, net }) => [branch, currency, net])).toEqual([
      ['large', 'GHS', 150],
      ['small', 'GHS', 10],
      ['abroad', 'XOF', 999],
    ]);
  });

  test('a day without sales is a point of zero, not a missing one', () => {
    const rows = [row({ businessDate: '2026-11-19', gross: 5 }), row({ businessDate: '2026-11-21', gross: 7 })];
    expect(dailySeries(rows, '2026-11-19', '2026-11-21', 'GHS').map(({ date, net }) => [date, net])).toEqual([
      ['2026-11-19', 5],
      ['2026-11-20', 0],
      ['2026-11-21', 7],
    ]);
  });

  test('however rows are spread over branches and days, all views add up to the same', () => {
    const anyRow = fc.record({
      branch: fc.constantFrom('b1', 'b2', 'b3'),
      businessDate: fc.constantFrom('2026-11-19', '2026-11-20', '2026-11-21'),
      kind: fc.constantFrom('sale' as const, 'return' as const, 'post-void' as const),
      gross: fc.integer({ min: 0, max: 1e9 }),
    });
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 40 }), (some) => {
        const rows = some.map(row);
        const total = figuresOf(rows, 'GHS').net;
        const add = (parts: readonly { net: number }[]) => parts.reduce((sum, { net }) => sum + net, 0);
        expect(add(figuresByBranch(rows))).toBe(total);
        expect(add(dailySeries(rows, '2026-11-19', '2026-11-21', 'GHS'))).toBe(total);
      }),
    );
  });
});
