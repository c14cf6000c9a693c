import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { expectedFigures } from './expected-figures.ts';
import { MAX_INVOICE_LINES, readSales } from './read-sales-file.ts';
import { soldByBranch } from './sales-file.ts';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n';
const line = (invoice: string, code: string, quantity: string, price: string, at = '2010-12-01T08:26:00', name = 'X') =>
  `${invoice},${code},${name},${quantity},${at},${price},0,United Kingdom\n`;
const read = (text: string, currency = 'GBP') => readSales(Readable.from([text]), currency);

describe('a sales file', () => {
  test('gives invoices by first appearance with all their lines, also those further down, at the first time', async () => {
    const file = await read(
      HEADER +
        line('1', 'A', '6', '2.55') +
        line('2', 'B', '1', '0') +
        line('1', 'B', '2', '1', '2010-12-01T08:27:00') +
        line('C3', 'A', '-2', '2.55'),
    );
    expect(file.invoices).toEqual([
      {
        number: '1',
        isReturn: false,
        wallMs: Date.UTC(2010, 11, 1, 8, 26),
        lines: [
          { product: 0, quantity: 6000, priceMinor: 255 },
          { product: 1, quantity: 2000, priceMinor: 100 },
        ],
      },
      expect.objectContaining({ number: '2', lines: [{ product: 1, quantity: 1000, priceMinor: 0 }] }),
      expect.objectContaining({
        number: 'C3',
        isReturn: true,
        lines: [{ product: 0, quantity: 2000, priceMinor: 255 }],
      }),
    ]);
  });

  test('keeps the last description and price of each code, and codes that differ in case apart', async () => {
    const file = await read(
      HEADER +
        line('1', '85123A', '1', '2.55', undefined, 'OLD') +
        line('2', '85123a', '1', '9', undefined, '') +
        line('3', '85123A', '1', '2.95', undefined, 'NEW') +
        line('4', '85123A', '1', '3', undefined, ''),
    );
    expect(file.products).toEqual([
      { code: '85123A', description: 'NEW', priceMinor: 300 },
      { code: '85123a', description: '85123a', priceMinor: 900 },
    ]);
  });

  test('rounds unit prices half up to minor units, as written', async () => {
    const file = await read(HEADER + line('1', 'A', '1', '1.005') + line('2', 'A', '1', '1.0049'));
    expect(file.invoices.map((one) => one.lines[0]?.priceMinor)).toEqual([101, 100]);
    expect((await read(HEADER + line('1', 'A', '1', '10.5'), 'JPY')).products[0]?.priceMinor).toBe(11);
  });

  test('may sell by weight', async () => {
    expect((await read(HEADER + line('1', 'A', '1.505', '10'))).invoices[0]?.lines[0]?.quantity).toBe(1505);
  });

  test.each([
    ['', 'the file is empty'],
    ['InvoiceNo,StockCode\n', 'line 1: the columns Description, Quantity'],
    [HEADER + line('', 'A', '1', '1'), 'line 2: InvoiceNo or StockCode is empty'],
    [HEADER + line('1', 'A', '0', '1'), 'line 2: Quantity is not a number other than 0'],
    [HEADER + line('1', 'A', '-1', '1'), 'line 2: Quantity must be positive'],
    [HEADER + line('C1', 'A', '1', '1'), 'line 2: Quantity must be negative in a C… invoice'],
    [HEADER + line('1', 'A', '1', '-1'), 'line 2: UnitPrice is not a price'],
    [HEADER + line('1', 'A', '1', '1', '01/12/2010 08:26'), 'line 2: InvoiceDate is not like'],
    [HEADER + line('1', 'A', '1', '1', '2010-13-01T08:26:00'), 'line 2: InvoiceDate is not like'],
    [HEADER + '1,"A\n', 'Quote Not Closed'],
    [HEADER + line('1', 'A', '1', '1').repeat(MAX_INVOICE_LINES + 1), 'invoice 1 has more than 2000 lines'],
  ])('that is not of the form is refused: %#', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});

describe('what a file says', () => {
  const text =
    HEADER +
    line('1', 'A', '3', '1.10') + // terminal 0, branch 0
    line('2', 'A', '1', '2') + // terminal 1, branch 1
    line('C3', 'A', '-2', '1.10') + // terminal 2, branch 0
    line('4', 'B', '0.5', '0.03') + // terminal 0, branch 0
    line('1', 'B', '1', '5');

  test('is added up for the chain, each branch and each terminal', async () => {
    const { totals, branches, terminals } = expectedFigures(await read(text), 2, 3);
    expect(totals).toEqual({
      sales: 3,
      refunds: 1,
      saleLines: 4,
      refundLines: 1,
      grossSalesMinor: 330 + 500 + 200 + 2,
      grossRefundsMinor: 220,
    });
    expect(branches.map((one) => [one.grossSalesMinor, one.grossRefundsMinor])).toEqual([
      [832, 220],
      [200, 0],
    ]);
    expect(terminals.map((one) => [one.sales, one.refunds])).toEqual([
      [2, 0],
      [1, 0],
      [0, 1],
    ]);
  });

  test('needs just the stock that each branch will sell', async () => {
    const [first, second] = soldByBranch(await read(text), 2, 3);
    expect([...(first ?? [])]).toEqual([
      [0, 3000],
      [1, 1500],
    ]);
    expect([...(second ?? [])]).toEqual([[0, 1000]]);
  });
});
