import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { expectedFigures } from './expected-figures.ts';
import { readSalesFile } from './read-sales-file.ts';

const FILE = resolve(import.meta.dirname, '../../../../../shared/data/online-retail-2010-12_2011-06.csv.gz');

test('the real file of trial sales reads as what is known of it', async () => {
  if (!existsSync(FILE)) {
    process.stderr.write(`skipped: ${FILE} is not here\n`);
    return;
  }
  const file = await readSalesFile(FILE, 'GBP');
  const { totals } = expectedFigures(file, 3, 6);
  expect(totals).toEqual({
    sales: 10_031,
    refunds: 1946,
    saleLines: 240_651,
    refundLines: 4350,
    grossSalesMinor: 482_646_649,
    grossRefundsMinor: 42_523_818,
  });
  expect(file.products).toHaveLength(3547);
  expect(Math.max(...file.invoices.map((invoice) => invoice.lines.length))).toBe(705);
}, 180_000);
