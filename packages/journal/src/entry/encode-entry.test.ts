import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { advanceHead, EMPTY_CHAIN, previousHash, verifyChain } from '../chain/chain.ts';
import { ZERO_HASH, type Hasher } from '../hash.ts';
import { encodeEntry, EntryTooLargeError, type EnvelopeFields } from './encode-entry.ts';

const sha256: Hasher = (data) => createHash('sha256').update(data).digest('hex');
const envelope = (s: number, p: string): EnvelopeFields => ({
  // Written in another order than it is given.
  by: { app: '1', pe: 1 },
  at: { le: 'l', br: 'b' },
  v: 1,
  t: 't',
  c: 'c',
  s,
  p,
  i: 'i',
  k: 'no-sale',
  h: [1, 0],
  w: { u: 1, o: 0, z: 'UTC', b: '2026-01-01' },
});

describe('the line of an entry', () => {
  test('has the envelope first, in one order', () => {
    const line = encodeEntry(envelope(1, ZERO_HASH), { why: 'change' }, 1000);
    expect(Object.keys(JSON.parse(line) as object).join(' ')).toBe('v t c s p i k h w at by why');
  });

  test('is one line of valid UTF-8 without NUL, whatever text it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (why) => {
        const line = encodeEntry(envelope(1, ZERO_HASH), { why, low: '\ud800', nul: '\0' }, 100_000);
        const bytes = new TextEncoder().encode(line);
        expect(bytes.includes(10) || bytes.includes(0)).toBe(false);
        expect(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toBe(line);
        expect(JSON.parse(line)).toMatchObject({ why, nul: '\0' });
      }),
    );
  });

  test('is refused where it is too long or rewrites the envelope', () => {
    expect(() => encodeEntry(envelope(1, ZERO_HASH), { why: '₵'.repeat(400) }, 1000)).toThrow(EntryTooLargeError);
    expect(() => encodeEntry(envelope(1, ZERO_HASH), { t: 'other' }, 1000)).toThrow('may not set t');
  });
});

describe('a chain', () => {
  const write = (count: number): string[] => {
    const lines: string[] = [];
    let head = EMPTY_CHAIN;
    for (let i = 0; i < count; i++) {
      const line = encodeEntry(envelope(head.seq + 1, head.hash), { why: `reason ${i}` }, 1000);
      lines.push(line);
      head = advanceHead(head, line, sha256);
    }
    return lines;
  };

  test('holds together from its first line to its head', () => {
    const lines = write(20);
    const { head, broken } = verifyChain(lines, EMPTY_CHAIN, sha256);
    expect(broken).toBeNull();
    expect(head).toEqual({ seq: 20, hash: sha256(lines[19] ?? '') });
    expect(previousHash(JSON.parse(lines[1] ?? ''))).toBe(sha256(lines[0] ?? ''));
  });

  test('shows any change of any line', () => {
    const lines = write(8);
    fc.assert(
      fc.property(fc.nat(6), fc.nat(200), (index, position) => {
        const line = lines[index] ?? '';
        const at = position % line.length;
        const changed = line.slice(0, at) + (line[at] === 'x' ? 'y' : 'x') + line.slice(at + 1);
        const { broken } = verifyChain(lines.with(index, changed), EMPTY_CHAIN, sha256);
        expect(broken?.seq === index + 1 || broken?.seq === index + 2).toBe(true);
      }),
    );
    expect(verifyChain(lines.toSpliced(3, 1), EMPTY_CHAIN, sha256).broken).toEqual({ seq: 4, reason: 'sequence' });
    expect(verifyChain(['nonsense'], EMPTY_CHAIN, sha256).broken).toEqual({ seq: 1, reason: 'unreadable' });
  });

  test.each([[null], [7], [{ p: 'short' }], [{ p: 5 }], [[]]])('has no previous hash in %j', (parsed) => {
    expect(previousHash(parsed)).toBeNull();
  });
});
