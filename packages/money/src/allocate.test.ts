import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allocate } from './allocate.ts';

const weights = fc.array(fc.oneof(fc.nat(10), fc.nat(1e9), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })), {
  minLength: 1,
  maxLength: 12,
});
const total = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -9e15, max: 9e15 }));

describe('allocate', () => {
  test('shares add up and lie within one unit of the exact share', () => {
    fc.assert(
      fc.property(total, weights, (amount, parts) => {
        const shares = allocate(amount, parts);
        expect(shares.reduce((sum, share) => sum + BigInt(share), 0n)).toBe(BigInt(amount));
        const sum = parts.reduce((all, part) => all + BigInt(part), 0n);
        if (sum === 0n) return;
        shares.forEach((share, index) => {
          const error = BigInt(share) * sum - BigInt(amount) * BigInt(parts[index] ?? 0);
          expect(error < sum && error > -sum).toBe(true);
        });
      }),
    );
  });

  test('small and large arithmetic agree', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.array(fc.nat(1e6), { minLength: 1, maxLength: 8 }), (amount, parts) => {
        // Scaling all weights by one factor changes no share, but takes the other way.
        const scaled = parts.map((part) => part * 2 ** 32);
        expect(allocate(amount, scaled)).toEqual(allocate(amount, parts));
      }),
    );
  });

  test('equal remainders are served in order', () => {
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocate(-100, [1, 1, 1])).toEqual([-34, -33, -33]);
    expect(allocate(5, [0, 0])).toEqual([3, 2]);
    expect(allocate(7, [0, 3, 0])).toEqual([0, 7, 0]);
  });

  test('refuses what cannot be shared out', () => {
    expect(() => allocate(1, [])).toThrow(RangeError);
    expect(allocate(0, [])).toEqual([]);
    expect(() => allocate(1, [-1, 2])).toThrow(RangeError);
    expect(() => allocate(0.5, [1])).toThrow(RangeError);
  });
});
