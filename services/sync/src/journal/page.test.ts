import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { MAX_UPLOAD_BYTES, MAX_UPLOAD_ENTRIES } from '@nexus/contracts';
import fc from 'fast-check';
import { DamagedPageError, hashIn, kindsOf, openPage, pagesOf, type Page, type PageLine } from './page.ts';

const line = (number: number, seq: number, bytes: Uint8Array, kind: string | null = 'sale'): PageLine => ({
  number,
  seq,
  hash: createHash('sha256').update(bytes).digest('hex'),
  kind,
  bytes,
});
const run = (count: number, first = 1): PageLine[] =>
  Array.from({ length: count }, (_, i) => line(first + i, first + i, Buffer.from(`{"n":${first + i}}`)));
const only = (pages: readonly Page[]): Page => {
  const [page] = pages;
  if (page === undefined || pages.length > 1) throw new Error(`${pages.length} pages`);
  return page;
};

const bytes = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text.replaceAll('\n', ' '))),
  fc.uint8Array({ maxLength: 60 }).map((raw) => Buffer.from(raw.map((byte) => (byte === 10 ? 11 : byte)))),
);

describe('pages', () => {
  test('give every line back to the byte, with its place, hash and kind, whatever it holds', () => {
    const lines = fc.array(
      fc.record({ bytes, kind: fc.option(fc.constantFrom('sale', 'return', 'no-sale')), skip: fc.boolean() }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(lines, (given) => {
        let seq = 7;
        const placed = given.map(({ bytes: raw, kind, skip }, index) => {
          seq += skip ? 2 : 1;
          return line(100 + index, seq, raw, kind);
        });
        const open = pagesOf(placed).flatMap(openPage);
        expect(open.map(({ bytes: raw }) => Buffer.from(raw).toString('hex'))).toEqual(
          placed.map(({ bytes: raw }) => Buffer.from(raw).toString('hex')),
        );
        expect(open.map(({ number, seq: at, hash, kind }) => [number, at, hash, kind])).toEqual(
          placed.map(({ number, seq: at, hash, kind }) => [number, at, hash, kind]),
        );
      }),
    );
  });

  test('hold lines that follow each other in number and in sequence, and no others', () => {
    const split = [...run(3), ...run(2, 5), line(7, 20, Buffer.from('{}'))];
    expect(pagesOf(split).map(({ firstNumber, lastNumber, firstSeq }) => [firstNumber, lastNumber, firstSeq])).toEqual([
      [1, 3, 1],
      [5, 6, 5],
      [7, 7, 20],
    ]);
    expect(pagesOf([])).toEqual([]);
  });

  test('hold no more than an upload may', () => {
    expect(pagesOf(run(MAX_UPLOAD_ENTRIES + 1)).map(({ lastNumber }) => lastNumber)).toEqual([
      MAX_UPLOAD_ENTRIES,
      MAX_UPLOAD_ENTRIES + 1,
    ]);
    const large = Array.from({ length: 9 }, (_, i) => line(i + 1, i + 1, Buffer.alloc(1_000_000, 'x')));
    const pages = pagesOf(large);
    expect(pages.map(({ size }) => size <= MAX_UPLOAD_BYTES)).toEqual([true, true, true]);
    expect(pages.flatMap(openPage)).toHaveLength(9);
  });

  test('are a fraction of what tills send', () => {
    const alike = Array.from({ length: 100 }, (_, i) =>
      line(i + 1, i + 1, Buffer.from(`{"n":${i},"x":"${'ab'.repeat(900)}"}`)),
    );
    const page = only(pagesOf(alike));
    expect(page.body.length * 5).toBeLessThan(page.size);
  });

  test('say hash and kind of a line without being opened', () => {
    const lines = [
      line(4, 4, Buffer.from('a')),
      line(5, 5, Buffer.from('b'), null),
      line(6, 6, Buffer.from('c'), 'return'),
    ];
    const page = only(pagesOf(lines));
    expect(lines.map(({ number }) => hashIn(page, number))).toEqual(lines.map(({ hash }) => hash));
    expect(kindsOf(page)).toEqual(['sale', null, 'return']);
  });

  test('that came to harm are no lines', () => {
    const page = only(pagesOf(run(5)));
    const flipped = Buffer.from(page.body);
    flipped[0] = 0;
    for (const body of [
      flipped,
      page.body.subarray(0, 9),
      zstdCompressSync('{"n":1}\n'),
      zstdCompressSync('no newline'),
    ])
      expect(() => openPage({ ...page, body })).toThrow(DamagedPageError);
    expect(() => openPage({ ...page, kinds: 'sale' })).toThrow(DamagedPageError);
    expect(() => openPage({ ...page, body: zstdCompressSync(Buffer.alloc(MAX_UPLOAD_BYTES + 1, 10)) })).toThrow(
      DamagedPageError,
    );
  });
});
