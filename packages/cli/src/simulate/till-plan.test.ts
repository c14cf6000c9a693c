import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { readSales } from '../sales-file/read-sales-file.ts';
import { planTills } from './till-plan.ts';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n';
const line = (invoice: string, quantity: number, at: string, price = '10') =>
  `${invoice},A,X,${quantity},${at},${price},0,United Kingdom\n`;
const plan = async (text: string, branches: number, terminals: number) =>
  planTills(await readSales(Readable.from([HEADER + text]), 'GBP'), branches, terminals, 'Europe/London');

describe('a plan', () => {
  test('gives invoice k to terminal k mod T, at its own time in the zone', async () => {
    const tills = await plan(
      line('1', 1, '2011-06-01T09:00:00') + line('2', 1, '2011-06-01T09:01:00') + line('3', 1, '2011-06-01T09:02:00'),
      1,
      2,
    );
    const of = (t: number) =>
      tills[t]?.shifts.flatMap((shift) =>
        shift.invoices.map(({ invoice, at }) => [invoice.number, new Date(at).toISOString()]),
      );
    expect(of(0)).toEqual([
      ['1', '2011-06-01T08:00:00.000Z'],
      ['3', '2011-06-01T08:02:00.000Z'],
    ]);
    expect(of(1)).toEqual([['2', '2011-06-01T08:01:00.000Z']]);
  });

  test('opens a shift for each run of one business date, with cash for its refunds', async () => {
    const [till] = await plan(
      line('1', 2, '2011-01-01T09:00:00') +
        line('C2', -3, '2011-01-01T10:00:00') +
        line('C3', -1, '2011-01-01T11:00:00') +
        line('4', 9, '2011-01-01T12:00:00') +
        line('5', 1, '2011-01-02T09:00:00'),
      1,
      1,
    );
    expect(
      till?.shifts.map(({ businessDate, floatMinor, invoices }) => [businessDate, floatMinor, invoices.length]),
    ).toEqual([
      ['2011-01-01', 2000, 4],
      ['2011-01-02', 0, 1],
    ]);
  });

  test("counts each branch's stock at its first till, before anything is sold or brought back there", async () => {
    const [first, second, third] = await plan(
      line('C1', -5, '2011-01-03T09:00:00') + line('2', 4, '2011-01-02T09:00:00') + line('3', 7, '2011-01-01T09:00:00'),
      2,
      3,
    );
    expect(new Date(first?.opening?.at ?? 0).toISOString()).toBe('2011-01-01T08:00:00.000Z');
    expect([...(first?.opening?.quantities ?? [])]).toEqual([[0, 7000]]);
    expect([...(second?.opening?.quantities ?? [])]).toEqual([[0, 4000]]);
    expect(third?.opening).toBeUndefined();
  });
});
