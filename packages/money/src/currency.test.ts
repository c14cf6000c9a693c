import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cashIncrementOf, roundCash } from './cash-rounding.ts';
import { currencies, exponentOf, isCurrency, UnknownCurrencyError } from './currency.ts';
import { parseDecimal, toDecimal } from './decimal.ts';
import { formatMoney } from './format.ts';

describe('currencies', () => {
  test('know their decimals', () => {
    expect(['GHS', 'JPY', 'KWD', 'XOF', 'AFN'].map(exponentOf)).toEqual([2, 0, 3, 0, 2]);
    expect(isCurrency('XXX')).toBe(false);
    expect(() => exponentOf('ABC')).toThrow(UnknownCurrencyError);
  });

  test('each is three letters and listed once', () => {
    const all = currencies();
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
  });
});

describe('decimals', () => {
  test.each([
    ['2.55', 2, 255],
    ['1.005', 2, 101],
    ['1.00499999999999999', 2, 100],
    ['-1.005', 2, -101],
    ['0.4', 0, 0],
    ['0.5', 0, 1],
    ['12', 3, 12000],
    ['.5', 2, null],
    ['1e3', 2, null],
    ['1,000', 2, null],
    ['', 2, null],
    ['99999999999999999', 2, null],
  ])('%s at scale %d', (text, scale, expected) => {
    expect(parseDecimal(text, scale)).toBe(expected);
  });

  test('writing and reading give the amount back, in 0, 2 and 3 decimals', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
        fc.constantFrom(0, 2, 3),
        (amount, scale) => {
          expect(parseDecimal(toDecimal(amount, scale), scale)).toBe(amount);
        },
      ),
    );
  });
});

describe('cash rounding', () => {
  test('gives the nearest payable amount', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.constantFrom(1, 5, 10, 50, 100, 500),
        (amount, increment) => {
          const rounded = roundCash(amount, increment);
          expect(rounded % increment === 0).toBe(true);
          expect(Math.abs(rounded - amount) * 2).toBeLessThanOrEqual(increment === 1 ? 0 : increment);
        },
      ),
    );
    expect(roundCash(1025, 50)).toBe(1050);
    expect([cashIncrementOf('CHF'), cashIncrementOf('GHS')]).toEqual([5, 1]);
  });
});

describe('formatting', () => {
  test('writes every minor unit, also of amounts that a binary fraction cannot hold', () => {
    expect(formatMoney(123456, 'GHS', 'en-GH')).toBe('GH₵1,234.56');
    expect(formatMoney(1500, 'JPY', 'ja-JP')).toMatch(/1,500$/);
    expect(formatMoney(1234, 'KWD', 'en')).toContain('1.234');
    expect(formatMoney(900719925474099, 'USD', 'en-US')).toBe('$9,007,199,254,740.99');
  });
});
