import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { MAX_BAD_ROWS_NAMED, MAX_IMPORT_ROWS, type NexusError } from '@nexus/contracts';
import { readImport } from './read-import.ts';

const HEADER = 'code,description,price,barcodes\n';
const read = (text: string | Iterable<string>) => readImport(Readable.from(text, { objectMode: false }), 'GHS');
const refused = async (text: string | Iterable<string>): Promise<NexusError> => {
  try {
    await read(text);
  } catch (error) {
    return error as NexusError;
  }
  throw new Error('was not refused');
};

describe('an import file', () => {
  test('is read however its bytes are cut, with byte order mark, empty lines and quotes', async () => {
    const text = Buffer.from(`\uFEFF${HEADER}\r\nm1,"Kenkey, large ₵",12.00,\n\n"m2","say ""hi""",3,200|201\n`);
    const bytes = Readable.from([...text].map((byte) => Buffer.from([byte])));
    expect(await readImport(bytes, 'GHS')).toEqual([
      { line: 3, code: 'm1', description: 'Kenkey, large ₵', priceMinor: 1200 },
      { line: 5, code: 'm2', description: 'say "hi"', priceMinor: 300, barcodes: ['200', '201'] },
    ]);
  });

  test('keeps codes that differ only in case apart', async () => {
    expect((await read(`${HEADER}85123A,x,1,\n85123a,x,1,\n`)).map((row) => row.code)).toEqual(['85123A', '85123a']);
  });

  test('names every bad row by the line on which it begins', async () => {
    const error = await refused(
      `${HEADER}a,first,1,200\na,again,1,\nb,"two\nlines",x,\nc,taken,1,200\nd,fine,2,\ne,short\n`,
    );
    expect(error.code).toBe('CAT-1001');
    expect(error.extra).toEqual({
      badRowsTotal: 4,
      badRows: [
        { line: 3, reason: 'code: a stands in line 2 already' },
        { line: 4, reason: 'price: "x" is not a number like 12.50' },
        { line: 6, reason: 'barcodes: 200 stands in line 2 already' },
        { line: 8, reason: '2 cells, the header has 4' },
      ],
    });
  });

  test('names a thousand bad rows and counts all', async () => {
    const error = await refused(HEADER + 'bad\n'.repeat(1500));
    expect(error.extra).toMatchObject({ badRowsTotal: 1500 });
    expect(error.extra?.['badRows']).toHaveLength(MAX_BAD_ROWS_NAMED);
  });

  test.each([
    ['', 'the file is empty', 1],
    ['code,description\n', 'the column "price" is missing', 1],
    [`${HEADER}a,"open,1,\n`, 'not CSV from here on: CSV_QUOTE_NOT_CLOSED', 2],
    [`${HEADER}a,b"c,1,\n`, 'not CSV from here on: INVALID_OPENING_QUOTE', 2],
    [`${HEADER}a,${'x'.repeat(70_000)},1,\n`, 'not CSV from here on: CSV_MAX_RECORD_SIZE', 2],
  ])('that is no table is bad: %j', async (text, reason, line) => {
    const error = await refused(text);
    expect(error.code).toBe('CAT-1001');
    expect(error.extra).toEqual({ badRowsTotal: 1, badRows: [{ line, reason }] });
  });

  test('ends at a hundred thousand rows', async () => {
    function* rows(count: number): Generator<string> {
      yield HEADER;
      for (let at = 0; at < count; at += 1) yield `c${at},d,1,\n`;
    }
    expect(await read(rows(MAX_IMPORT_ROWS))).toHaveLength(MAX_IMPORT_ROWS);
    expect((await refused(rows(MAX_IMPORT_ROWS + 1))).code).toBe('CAT-1003');
  });
});
