import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from './random.ts';

describe('seededRandom', () => {
  test('the same seed makes the same choices, another seed others', () => {
    const draw = (seed: number): number[] => Array.from({ length: 20 }, seededRandom(seed).next);
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test('whole numbers stay within their bounds and reach both', () => {
    const { int } = seededRandom(1);
    const drawn = new Set(Array.from({ length: 500 }, () => int(3, 6)));
    expect([...drawn].sort()).toEqual([3, 4, 5, 6]);
  });

  test('a shuffle keeps every item', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer()), (seed, items) => {
        const shuffled = seededRandom(seed).shuffle(items);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b));
      }),
    );
  });
});
