import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  encodeFileHeader,
  encodeFileUpload,
  encodeJournalFile,
  JournalFileError,
  readJournalFile,
} from '../file/journal-file.ts';
import { ZERO_HASH } from '../hash.ts';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { frameLines, joinLines } from './framing.ts';
import { decodeUploadHeader, encodeUploadHeader, signUpload, type UploadHeaderFields } from './upload-header.ts';

const limits = { maxBytes: 10_000, maxLines: 50, maxLineBytes: 1000 };
const lineText = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .map((text) => text.replaceAll('\n', ' ').replaceAll('\0', ' '));

describe('framing', () => {
  test('gives back the lines that were joined', () => {
    fc.assert(
      fc.property(fc.array(lineText, { maxLength: 50 }), (lines) => {
        const framed = frameLines(joinLines(lines), limits);
        expect(framed.ok && framed.lines.map(({ text }) => text)).toEqual(lines);
      }),
    );
  });

  test('keeps lines that are not text as bytes, and only those', () => {
    const body = new Uint8Array([65, 10, 0xff, 0xfe, 10, 66, 0, 10, 10, 0xef, 0xbb, 0xbf, 67, 10]);
    const framed = frameLines(body, limits);
    if (!framed.ok) throw new Error(framed.reason);
    expect(framed.lines.map(({ text }) => text)).toEqual(['A', null, null, '', '\ufeffC']);
    expect([...(framed.lines[1]?.bytes ?? [])]).toEqual([0xff, 0xfe]);
  });

  test('refuses what does not end with a newline and what passes a limit', () => {
    const reason = (body: Uint8Array) => {
      const framed = frameLines(body, limits);
      return framed.ok ? null : framed.reason;
    };
    expect(reason(new TextEncoder().encode('a\nb'))).toBe('not-lines');
    expect(reason(joinLines(Array<string>(51).fill('a')))).toBe('oversized');
    expect(reason(joinLines(['a'.repeat(1001)]))).toBe('oversized');
    expect(reason(joinLines(Array<string>(11).fill('a'.repeat(1000))))).toBe('oversized');
    expect(reason(joinLines(['a'.repeat(1000)]))).toBeNull();
  });
});

describe('base64url', () => {
  test('gives any bytes back and refuses what is not base64url', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      }),
    );
    expect(['a', 'ab=', 'a+b', 'ä'].map(fromBase64Url)).toEqual([null, null, null, null]);
  });
});

const header: UploadHeaderFields = {
  v: 1,
  key: ZERO_HASH,
  terminal: 't',
  chain: 'c',
  first: 1,
  count: 2,
  body: ZERO_HASH,
  last: ZERO_HASH,
  head: { seq: 2, hash: ZERO_HASH },
  unsent: { count: 2, gross: 100, cur: 'GHS' },
  acked: { epoch: 1, seq: 0 },
  at: 5,
};

describe('the upload header', () => {
  test('is read back from the bytes that were signed', async () => {
    const upload = await signUpload(header, joinLines(['a', 'b']), (bytes) => Promise.resolve(bytes.slice(0, 4)));
    const decoded = decodeUploadHeader(upload.header);
    expect(decoded?.value).toEqual(header);
    expect(decoded?.bytes).toEqual(encodeUploadHeader(header));
    expect(fromBase64Url(upload.signature)).toEqual(encodeUploadHeader(header).slice(0, 4));
  });

  test('is null where it is no JSON', () => {
    expect(decodeUploadHeader('not base64!')).toBeNull();
    expect(decodeUploadHeader(toBase64Url(new TextEncoder().encode('{')))).toBeNull();
    expect(decodeUploadHeader(toBase64Url(new Uint8Array([0xff])))).toBeNull();
  });
});

describe('a journal file', () => {
  const concat = (pieces: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat([...pieces]));
  const upload = (body: Uint8Array<ArrayBuffer>) => ({ header: 'aGVhZGVy', signature: 'c2ln', body });
  const about = { terminal: 't', chain: 'c' };

  test('gives back uploads byte by byte, also lines that are not text', () => {
    const uploads = [joinLines(['a', 'b']), new Uint8Array([0xff, 0, 10]), joinLines([])].map(upload);
    const file = concat(encodeJournalFile({ ...about, uploads: 3 }, uploads));
    const read = readJournalFile(file, limits);
    expect(read.header).toMatchObject({ ...about, uploads: 3 });
    expect([...read.uploads]).toEqual(uploads);
  });

  const text = (line: unknown) => joinLines([JSON.stringify(line)]);
  const whole = { format: 'nexus-journal-file', v: 1, ...about, uploads: 1 };
  const frame = { header: 'a', signature: 'b', count: 1 };
  test.each<[string, Uint8Array[], string]>([
    ['is empty', [], 'cut off'],
    ['is another file', [text({ ...whole, format: 'csv', uploads: 0 })], 'no journal file'],
    ['is of a version not known here', [text({ ...whole, v: 2, uploads: 0 })], 'no journal file'],
    ['does not say whose it is', [text({ ...whole, terminal: undefined, uploads: 0 })], 'not complete'],
    ['does not say how much it holds', [text({ ...whole, uploads: -1 })], 'not complete'],
    ['is cut off', [encodeFileHeader({ ...about, uploads: 2 }), encodeFileUpload(upload(joinLines(['a'])))], 'cut off'],
    ['says more lines than it has', [text(whole), text({ ...frame, count: 3 }), joinLines(['a'])], 'cut off'],
    ['has a frame without a signature', [text(whole), text({ ...frame, signature: 7 }), joinLines(['a'])], 'frame'],
    ['has a frame that is not JSON', [text(whole), joinLines(['{"header', 'a'])], 'not JSON'],
    [
      'has more lines in an upload than fit one',
      [text(whole), text({ ...frame, count: 51 }), joinLines(Array<string>(51).fill('a'))],
      'frame of upload 1',
    ],
    ['has more than it says', [encodeFileHeader({ ...about, uploads: 0 }), joinLines(['x'])], 'more in the file'],
    [
      'has an upload over the limits',
      [encodeFileHeader({ ...about, uploads: 1 }), encodeFileUpload(upload(joinLines(['a'.repeat(2000)])))],
      'too large',
    ],
  ])('is refused where it %s', (_, pieces, why) => {
    expect(() => [...readJournalFile(concat(pieces), limits).uploads]).toThrow(why);
    expect(() => [...readJournalFile(concat(pieces), limits).uploads]).toThrow(JournalFileError);
  });
});
