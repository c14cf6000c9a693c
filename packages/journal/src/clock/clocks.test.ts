import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareTimes, MAX_DRIFT_MS, observe, tick, type HybridTime } from './hybrid-clock.ts';
import { laterWrite } from './last-writer.ts';
import { advanceVector, compareVectors, mergeVectors } from './version-vector.ts';

const time: fc.Arbitrary<HybridTime> = fc.tuple(fc.nat(1_000_000), fc.nat(3));
const vector = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(3));

describe('the hybrid clock', () => {
  test('ascends strictly, whatever the wall clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1_000_000), fc.option(time)), { minLength: 2 }), (events) => {
        let clock: HybridTime = [0, 0];
        for (const [now, seen] of events) {
          const next = seen ? observe(clock, seen, now).clock : tick(clock, now);
          expect(compareTimes(next, clock)).toBeGreaterThan(0);
          if (seen && seen[0] <= now + MAX_DRIFT_MS) expect(compareTimes(next, seen)).toBeGreaterThan(0);
          clock = next;
        }
      }),
    );
  });

  test('does not follow a clock that is far ahead', () => {
    expect(observe([1000, 0], [1000 + MAX_DRIFT_MS + 501, 0], 1500)).toEqual({ clock: [1500, 0], merged: false });
    expect(observe([1000, 0], [1500 + MAX_DRIFT_MS, 4], 1500)).toEqual({
      clock: [1500 + MAX_DRIFT_MS, 5],
      merged: true,
    });
  });
});

describe('version vectors', () => {
  test('merge in any order and grouping to the same', () => {
    fc.assert(
      fc.property(vector, vector, vector, (a, b, c) => {
        expect(mergeVectors(a, b)).toEqual(mergeVectors(b, a));
        expect(mergeVectors(mergeVectors(a, b), c)).toEqual(mergeVectors(a, mergeVectors(b, c)));
        expect(mergeVectors(a, a)).toEqual(a);
        expect(['before', 'equal']).toContain(compareVectors(a, mergeVectors(a, b)));
      }),
    );
  });

  test('compare by what each knows', () => {
    expect(compareVectors({ a: 1 }, { a: 1, b: 0 })).toBe('equal');
    expect(compareVectors({ a: 1 }, { a: 2 })).toBe('before');
    expect(compareVectors({ a: 1, b: 1 }, { a: 1 })).toBe('after');
    expect(compareVectors({ a: 2 }, { a: 1, b: 1 })).toBe('concurrent');
    expect(advanceVector({ a: 2 }, 'a', 1)).toEqual({ a: 2 });
    expect(advanceVector({ a: 2 }, 'b', 1)).toEqual({ a: 2, b: 1 });
  });
});

test('the later write wins, whoever compares', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ value: fc.nat(), at: time, by: fc.constantFrom('x', 'y', 'z') }), {
        selector: ({ at, by }) => `${at.join()}${by}`,
        minLength: 3,
        maxLength: 3,
      }),
      ([a, b, c]) => {
        if (!a || !b || !c) throw new Error('three writes');
        expect(laterWrite(a, b)).toBe(laterWrite(b, a));
        expect(laterWrite(laterWrite(a, b), c)).toBe(laterWrite(a, laterWrite(b, c)));
      },
    ),
  );
});

test('of two writes at one moment the device decides', () => {
  const a = { value: 1, at: [5, 0], by: 'a' } as const;
  const b = { value: 2, at: [5, 0], by: 'b' } as const;
  expect([laterWrite(a, b), laterWrite(b, a)]).toEqual([b, b]);
});
