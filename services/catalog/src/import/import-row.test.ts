import { describe, expect, test } from '@jest/globals';
import { readHeader, readRow, type ImportColumns } from './import-row.ts';

function columnsOf(header: string): ImportColumns {
  const read = readHeader(header.split(','));
  if ('problems' in read) throw new Error(read.problems.join());
  return read.columns;
}

describe('the header', () => {
  test('needs code, description and price, in any order', () => {
    expect(columnsOf('price,code,description')).toMatchObject({ code: 1, description: 2, price: 0, unit: undefined });
    expect(readHeader(['code'])).toEqual({
      problems: ['the column "description" is missing', 'the column "price" is missing'],
    });
  });

  test('names attributes by their prefix, and nothing else unknown', () => {
    expect(columnsOf('code,description,price,attribute:brand').attributes).toEqual([{ name: 'brand', at: 3 }]);
    expect(readHeader(['code', 'description', 'price', 'colour', 'code'])).toEqual({
      problems: ['"colour" is not a column known here', 'the column "code" is there twice'],
    });
    expect(readHeader(['code', 'description', 'price', 'attribute:'])).toHaveProperty('problems');
  });
});

describe('a row', () => {
  const columns = columnsOf('code,description,price,barcodes,unit,tax_group,attribute:brand');
  const read = (...cells: string[]) => readRow(cells, 7, columns, 'GHS');

  test('is read with everything in it', () => {
    expect(read(' m1 ', 'Milo 400 g', '45.5', '2000000000015 | 200', 'ea', 'zero', 'Nestle')).toEqual({
      row: {
        line: 7,
        code: 'm1',
        description: 'Milo 400 g',
        priceMinor: 4550,
        barcodes: ['2000000000015', '200'],
        unit: 'ea',
        taxGroup: 'zero',
        attributes: { brand: 'Nestle' },
      },
    });
  });

  test('leaves out what is empty', () => {
    expect(read('m1', 'Milo', '0', '', '', '', '')).toEqual({
      row: { line: 7, code: 'm1', description: 'Milo', priceMinor: 0 },
    });
  });

  test.each([
    [['m1', 'Milo', '1'], '3 cells, the header has 7'],
    [['', 'Milo', '1', '', '', '', ''], 'code: is empty'],
    [['m1', '', '1', '', '', '', ''], 'description: is empty'],
    [['m1', 'Mi\u0007lo', '1', '', '', '', ''], 'description: must not hold control characters'],
    [['m1', 'Milo', '', '', '', '', ''], 'price: is empty'],
    [['m1', 'Milo', '1,5', '', '', '', ''], 'price: "1,5" is not a number like 12.50'],
    [['m1', 'Milo', '-1', '', '', '', ''], 'price: is negative'],
    [['m1', 'Milo', '-0', '', '', '', ''], 'price: is negative'],
    [['m1', 'Milo', '1.005', '', '', '', ''], 'price: more than 2 decimals'],
    [['m1', 'Milo', '1', '5|5', '', '', ''], 'a barcode is given twice in the row'],
    [['m1', 'Milo', '1', '', '', 'NoSuch', ''], 'tax_group: must be lower-case letters, digits, hyphens'],
    [['m1', 'Mi\uFFFDlo', '1', '', '', '', ''], 'not valid UTF-8'],
  ])('%j is bad: %s', (cells, reason) => {
    expect(read(...cells)).toEqual({ reason });
  });

  test('has as many decimals as its currency', () => {
    expect(readRow(['a', 'b', '1.5'], 2, columnsOf('code,description,price'), 'JPY')).toEqual({
      reason: 'price: more than 0 decimals',
    });
    expect(readRow(['a', 'b', '1.500'], 2, columnsOf('code,description,price'), 'KWD')).toMatchObject({
      row: { priceMinor: 1500 },
    });
  });
});
