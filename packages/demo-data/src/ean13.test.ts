import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ean13, isEan13 } from './ean13.ts';

describe('internal EAN-13', () => {
  test('has the check digit of the standard', () => {
    expect(isEan13('4006381333931')).toBe(true); // the standard's own example
    expect(ean13(20, 0)).toBe('2000000000008');
  });

  test('one wrong digit is always noticed', () => {
    const item = fc.integer({ min: 0, max: 9_999_999_999 });
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 29 }),
        item,
        fc.nat(12),
        fc.integer({ min: 1, max: 9 }),
        (prefix, n, at, by) => {
          const code = ean13(prefix, n);
          expect(isEan13(code)).toBe(true);
          const wrong = code.slice(0, at) + String((Number(code[at]) + by) % 10) + code.slice(at + 1);
          expect(isEan13(wrong)).toBe(false);
        },
      ),
    );
  });

  test.each([
    [19, 1],
    [30, 1],
    [20, -1],
    [20, 10_000_000_000],
    [20, 1.5],
  ])('is not made of prefix %d and item %d', (prefix, item) => {
    expect(() => ean13(prefix, item)).toThrow(RangeError);
  });
});
