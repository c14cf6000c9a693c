import { ENTRY_KINDS } from '@nexus/contracts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readLine } from './read-line.ts';

const place = {
  terminal: '019f0000-0000-7000-8000-000000000001',
  chain: '019f0000-0000-7000-8000-000000000002',
  seq: 7,
};
const entry = {
  v: 1,
  t: place.terminal,
  c: place.chain,
  s: 7,
  p: 'a'.repeat(64),
  i: '019f0000-0000-7000-8000-000000000003',
  k: 'sale',
  w: { u: 1_000 },
  at: { br: '019f0000-0000-7000-8000-000000000004' },
  T: { gross: 1_250 },
};
const read = (changes: Record<string, unknown> = {}) => readLine(JSON.stringify({ ...entry, ...changes }), place);

const expected = {
  previous: entry.p,
  id: entry.i,
  kind: 'sale',
  branch: entry.at.br,
  at: 1_000,
  gross: 1_250,
  announces: null,
  remark: null,
};

describe('reading a line', () => {
  test('takes the little that sync needs', () => {
    expect(read()).toEqual(expected);
  });

  test('counts the gross of a return against that of sales', () => {
    expect(read({ k: 'return' }).gross).toBe(-1_250);
    expect(read({ k: 'transaction-cancel' }).gross).toBeNull();
  });

  test('of any known kind has nothing to remark', () => {
    for (const k of ENTRY_KINDS) expect(read({ k })).toMatchObject({ kind: k, remark: null });
  });

  test('hands a new kind on, and says that it is new', () => {
    expect(read({ k: 'price-checked' })).toMatchObject({ kind: 'price-checked', remark: 'kind-unknown' });
  });

  test.each([
    ['another version', { v: 2 }, 'version-unknown'],
    ['no version', { v: undefined }, 'version-unknown'],
    ["another terminal's line", { t: place.chain }, 'entry-misplaced'],
    ["another chain's line", { c: place.terminal }, 'entry-misplaced'],
    ['another sequence', { s: 8 }, 'entry-misplaced'],
    ['a kind that is no word', { k: 'sale\u0000' }, 'line-unreadable'],
    ['a kind that is no text', { k: 1 }, 'line-unreadable'],
  ])('gives nobody %s', (_what, changes, remark) => {
    expect(read(changes)).toMatchObject({ kind: null, remark, previous: entry.p });
  });

  describe('of a sale, without reading all of it', () => {
    const { v, t, c, s, p, i, k } = entry;
    // In the order in which a till writes: only that is read the quick way.
    const till = {
      ...{ v, t, c, s, p, i, k },
      h: [1_000, 0],
      w: { u: 1_000, o: 0, z: 'Africa/Accra', so: -5, b: '2026-03-02' },
      at: { le: place.chain, br: entry.at.br, ca: 'ama' },
      by: { app: '1', pe: 1 },
      L: [{ d: 'Milk "T":{"gross":7} and', g: 1_250 }],
      T: { cur: 'GHS', net: 1_000, tax: [{ c: 'VAT', a: 250 }], disc: 0, gross: 1_250, round: 0, pay: 1_250 },
      N: [{ ty: 'cash', ap: 1_250 }],
    };
    const { T, ...rest } = till;
    test('says what the whole says, whatever stands in it', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.boolean(), (text, value, wide) => {
          const line = JSON.stringify({ ...till, L: [{ d: text, x: value }, { d: 'a "T":{"gross":7}' }] });
          // A space makes it a line that no till of ours wrote: the slow way.
          const read = readLine(wide ? line.replace('{"v":1', '{ "v":1') : line, place);
          expect(read).toEqual(expected);
        }),
      );
    });

    test('leaves what stands behind the envelope to sales, which reads every byte and says so', () => {
      const broken = JSON.stringify(till).replace('"L":[', '"L":[,');
      expect(readLine(broken, place)).toEqual(expected);
      expect(readLine(broken.replace('{"v":1', '{ "v":1'), place).remark).toBe('line-unreadable');
    });

    test('takes versions of views along, and a return for what it is', () => {
      const vv = { p: 3, c: 'x' };
      const { h, w, at, by, L, N, ...head } = rest;
      expect(readLine(JSON.stringify({ ...head, h, vv, w, at, by, L, T, N }), place)).toEqual(expected);
      expect(readLine(JSON.stringify({ ...till, k: 'return' }), place)).toEqual({
        ...expected,
        kind: 'return',
        gross: -1_250,
      });
    });

    test('leaves what looks different to the whole', () => {
      for (const [change, remark] of [
        [{ t: place.chain }, 'entry-misplaced'],
        [{ c: place.terminal }, 'entry-misplaced'],
        [{ s: 8 }, 'entry-misplaced'],
        [{ v: 2 }, 'version-unknown'],
      ] as const)
        expect(readLine(JSON.stringify({ ...till, ...change }), place)).toMatchObject({ kind: null, remark });
      expect(readLine(JSON.stringify(till).slice(0, -1), place).remark).toBe('line-unreadable');
      expect(readLine(JSON.stringify({ ...rest, T: { gross: -5 } }), place).gross).toBe(-5);
      expect(readLine(JSON.stringify({ ...rest, T: {}, N: [{ gross: 'x' }] }), place).gross).toBeNull();
      expect(readLine(JSON.stringify(rest), place).gross).toBeNull();
      expect(readLine(JSON.stringify({ ...rest, T: {}, N: [{ gross: 7 }] }), place).gross).toBeNull();
    });
  });

  test('announces the next chain of a reset, and of nothing else', () => {
    const next = '019f0000-0000-7000-8000-000000000009';
    expect(read({ k: 'chain-reset', next }).announces).toBe(next);
    expect(read({ next }).announces).toBeNull();
    expect(read({ k: 'chain-reset', next: 'x' }).announces).toBeNull();
  });

  test('never throws, whatever the bytes, and gives only what a database can hold', () => {
    const anything = fc.oneof(fc.string(), fc.json(), fc.constant(null));
    fc.assert(
      fc.property(anything, (text) => {
        const facts = readLine(text, place);
        expect(facts.remark).not.toBeNull();
        expect(facts.kind).toBeNull();
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(entry)), fc.jsonValue()), (changes) => {
        const { kind, id, branch, at } = read(changes);
        for (const text of [kind, id, branch]) expect(text ?? '').toMatch(/^[a-z0-9.-]*$/);
        expect(at === null || Number.isSafeInteger(at)).toBe(true);
      }),
    );
  });
});
