import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { divideHalfUp, multiplyDivide, powerOfTen, rescale } from './integer.ts';

const safe = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const positive = fc.integer({ min: 1, max: 1e12 });

/** The plainest way to say it, with unbounded integers. */
const exact = (product: bigint, divisor: bigint): bigint => {
  const size = product < 0n ? -product : product;
  const rounded = size / divisor + ((size % divisor) * 2n >= divisor ? 1n : 0n);
  return product < 0n ? -rounded : rounded;
};

describe('rounding', () => {
  test('ties go away from zero', () => {
    expect([5, 15, 14, -5, -15, -14].map((value) => divideHalfUp(value, 10))).toEqual([1, 2, 1, -1, -2, -1]);
    expect(Object.is(divideHalfUp(-4, 10), 0)).toBe(true);
  });

  test('equals exact arithmetic over the whole range', () => {
    fc.assert(
      fc.property(safe, positive, (value, divisor) => {
        expect(divideHalfUp(value, divisor)).toBe(Number(exact(BigInt(value), BigInt(divisor))));
      }),
    );
  });

  test('products beyond 2^53 are exact, results beyond it throw', () => {
    fc.assert(
      fc.property(safe, safe, positive, (a, b, divisor) => {
        const result = exact(BigInt(a) * BigInt(b), BigInt(divisor));
        if (result > Number.MAX_SAFE_INTEGER || result < -Number.MAX_SAFE_INTEGER) {
          expect(() => multiplyDivide(a, b, divisor)).toThrow(RangeError);
        } else {
          expect(multiplyDivide(a, b, divisor)).toBe(Number(result));
        }
      }),
    );
  });

  test('rescaling up and down again gives the value back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(6), (value, more) => {
        expect(rescale(rescale(value, 2, 2 + more), 2 + more, 2)).toBe(value);
      }),
    );
    expect(rescale(1005, 3, 2)).toBe(101);
    expect(() => powerOfTen(16)).toThrow(RangeError);
  });
});
