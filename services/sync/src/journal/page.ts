import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { MAX_ENTRY_BYTES, MAX_UPLOAD_BYTES, MAX_UPLOAD_ENTRIES } from '@nexus/contracts';
import { frameLines } from '@nexus/journal';
import { quickLines } from './quick-lines.ts';

/*
 * How the journal keeps its lines: in pages. A page holds lines that got their numbers together and stand one behind the
 * other in number and in sequence, packed as the NDJSON that they came as. An upload of a hundred sales is one row and a
 * ninth of its bytes.
 */

/** A line with its place, as it goes into a page. */
export interface PageLine {
  readonly number: number;
  readonly seq: number;
  /** SHA-256 of the bytes, hex. */
  readonly hash: string;
  /** Null for a line that no consumer is given. */
  readonly kind: string | null;
  readonly bytes: Uint8Array;
}

/** A page as it is kept. Lines have the numbers `firstNumber … lastNumber` and the sequences from `firstSeq` on. */
export interface Page {
  readonly firstNumber: number;
  readonly lastNumber: number;
  readonly firstSeq: number;
  /** The lines' hashes, hex, one behind the other. */
  readonly hashes: string;
  /** The lines' kinds, separated by commas; nothing for a line without one. */
  readonly kinds: string;
  /** Bytes of the body when it is open. */
  readonly size: number;
  /** zstd of the lines, each with a newline behind it. */
  readonly body: Buffer;
}

/** A line of a page that was opened. `text` is null where the bytes are no text. */
export interface OpenLine extends PageLine {
  readonly text: string | null;
}

/** Lines and bytes of one page: those of an upload. */
const MAX_PAGE_BYTES = MAX_UPLOAD_BYTES;
const HASH_CHARACTERS = 64;
const NEWLINE = 10;
/** The quickest: a sale is a ninth of itself even so. */
const PACKING = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** The bytes of a page are not what was packed: the database came to harm. */
export class DamagedPageError extends Error {
  constructor({ firstNumber, lastNumber }: Page, cause?: unknown) {
    super(`the journal's page of numbers ${firstNumber} to ${lastNumber} is damaged`, { cause });
    this.name = 'DamagedPageError';
  }
}

/** Lines in the order of their numbers as the fewest pages that hold them. */
export function pagesOf(lines: readonly PageLine[]): Page[] {
  const pages: Page[] = [];
  for (let start = 0; start < lines.length;) {
    let bytes = sizeOf(lines[start]);
    let end = start + 1;
    while (end < lines.length && end - start < MAX_UPLOAD_ENTRIES && follows(lines[end - 1], lines[end])) {
      if (bytes + sizeOf(lines[end]) > MAX_PAGE_BYTES) break;
      bytes += sizeOf(lines[end]);
      end += 1;
    }
    const page = packed(lines.slice(start, end), bytes);
    if (page !== null) pages.push(page);
    start = end;
  }
  return pages;
}

const sizeOf = (line: PageLine | undefined): number => (line?.bytes.length ?? 0) + 1;

const follows = (before: PageLine | undefined, line: PageLine | undefined): boolean =>
  before !== undefined && line?.number === before.number + 1 && line.seq === before.seq + 1;

function packed(lines: readonly PageLine[], size: number): Page | null {
  const [first] = lines;
  if (first === undefined) return null;
  const open = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { bytes } of lines) {
    open.set(bytes, at);
    at += bytes.length;
    open[at] = NEWLINE;
    at += 1;
  }
  return {
    firstNumber: first.number,
    lastNumber: first.number + lines.length - 1,
    firstSeq: first.seq,
    hashes: lines.map(({ hash }) => hash).join(''),
    kinds: lines.map(({ kind }) => kind ?? '').join(','),
    size,
    body: zstdCompressSync(open, PACKING),
  };
}

/** The kinds of a page's lines, in order. */
export const kindsOf = ({ kinds }: Page): (string | null)[] =>
  kinds.split(',').map((kind) => (kind === '' ? null : kind));

/** The hash that is kept for a number of the page. */
export const hashIn = ({ hashes, firstNumber }: Pick<Page, 'hashes' | 'firstNumber'>, number: number): string => {
  const at = (number - firstNumber) * HASH_CHARACTERS;
  return hashes.slice(at, at + HASH_CHARACTERS);
};

/** A page's lines, to the byte. Throws DamagedPageError where the body is not as many lines as it was. */
export function openPage(page: Page): OpenLine[] {
  const framed = frameLines(unpacked(page), {
    maxBytes: MAX_PAGE_BYTES,
    maxLines: MAX_UPLOAD_ENTRIES,
    maxLineBytes: MAX_ENTRY_BYTES,
    reader: quickLines,
  });
  const kinds = kindsOf(page);
  const count = page.lastNumber - page.firstNumber + 1;
  if (!framed.ok || framed.lines.length !== count || kinds.length !== count) throw new DamagedPageError(page);
  return framed.lines.map(({ bytes, text }, index) => ({
    number: page.firstNumber + index,
    seq: page.firstSeq + index,
    hash: hashIn(page, page.firstNumber + index),
    kind: kinds[index] ?? null,
    bytes,
    text,
  }));
}

function unpacked(page: Page): Buffer {
  try {
    return zstdDecompressSync(page.body, { maxOutputLength: MAX_PAGE_BYTES });
  } catch (error) {
    throw new DamagedPageError(page, error);
  }
}
