import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { derivedUuid, transactionKey } from './derived-uuid.ts';
import { createUuidV7 } from './uuid-v7.ts';

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');
const form = (version: number): RegExp =>
  new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-${version}[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`);

describe('UUIDv7', () => {
  test('ascend strictly while the clock stands still, jumps or runs backwards', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1e12), { minLength: 1, maxLength: 5 }), (clock) => {
        let calls = 0;
        const next = createUuidV7({ nowMs: () => clock[calls % clock.length] ?? 0, random: (n) => randomBytes(n) });
        let last = '';
        for (; calls < 300; calls++) {
          const id = next();
          expect(id).toMatch(form(7));
          expect(id > last).toBe(true);
          last = id;
        }
      }),
      { numRuns: 20 },
    );
  });

  test('carry the time, and move it on where one millisecond is full', () => {
    const next = createUuidV7({ nowMs: () => 0x0123456789ab, random: (n) => new Uint8Array(n).fill(255) });
    const ids = Array.from({ length: 5000 }, next);
    expect(ids[0]).toBe('01234567-89ab-77ff-bfff-ffffffffffff');
    expect(ids.at(-1)?.slice(0, 13)).toBe('01234567-89ac');
    expect(new Set(ids).size).toBe(5000);
  });
});

test('UUIDv7 spend their randomness: no two share their last bytes', () => {
  const next = createUuidV7({ nowMs: () => 1, random: (n) => randomBytes(n) });
  const tails = Array.from({ length: 500 }, () => next().slice(-12));
  expect(new Set(tails).size).toBe(500);
});

describe('derived ids', () => {
  const hash = sha256('a line');

  test('put the entry’s time in front and its hash behind', () => {
    const key = transactionKey(0x0123456789ab, hash);
    expect(key).toMatch(form(8));
    expect(key.startsWith('01234567-89ab-8')).toBe(true);
    expect(transactionKey(0x0123456789ab, sha256('another'))).not.toBe(key);
    expect(transactionKey(-5, hash).startsWith('00000000-0000-8')).toBe(true);
    expect(transactionKey(8.64e15, hash).startsWith('ffffffff-ffff-8')).toBe(true);
  });

  test('are the same for the same name, and for no other pair', () => {
    expect(derivedUuid(sha256, 'count', 'x')).toBe(derivedUuid(sha256, 'count', 'x'));
    expect(derivedUuid(sha256, 'count', 'x')).toMatch(form(8));
    expect(derivedUuid(sha256, 'ab', 'c')).not.toBe(derivedUuid(sha256, 'a', 'bc'));
  });
});
