import { describe, expect, test } from '@jest/globals';
import { makeCatalogue } from './catalogue.ts';
import { salesCsv } from './csv.ts';
import { makeWeek, type DemoSaleLine } from './week.ts';

const products = makeCatalogue(7);
const week = (seed = 1) => [...makeWeek({ seed, products, firstDay: '2026-11-02' })];
const lines = week();
const byInvoice = Map.groupBy(lines, (line) => line.invoice);

describe('a busy week', () => {
  test('is the same for the same seed and another for another', () => {
    expect(week()).toEqual(lines);
    expect(week(2)).not.toEqual(lines);
  });

  test('goes forward in time, from Monday to Sunday, within opening hours', () => {
    const times = lines.map((line) => line.at);
    expect(times.toSorted()).toEqual(times);
    expect(new Set(times.map((at) => at.slice(0, 10))).size).toBe(7);
    for (const at of times) expect(Number(at.slice(11, 13))).toBeGreaterThanOrEqual(8);
  });

  test('keeps the lines of an invoice together, at one time', () => {
    const runs = lines.filter((line, at) => line.invoice !== lines[at - 1]?.invoice).length;
    expect(runs).toBe(byInvoice.size);
    for (const one of byInvoice.values()) expect(new Set(one.map((line) => line.at)).size).toBe(1);
  });

  test('sells what the catalogue has, some of it by weight', () => {
    const codes = new Set(products.map((one) => one.code));
    expect(lines.every((line) => codes.has(line.code))).toBe(true);
    expect(lines.some((line) => line.quantity % 1000 !== 0)).toBe(true);
    expect(byInvoice.size).toBeGreaterThan(3000);
  });

  test('has rush hours', () => {
    const at = (hour: string) => lines.filter((line) => line.at.slice(11, 13) === hour).length;
    expect(at('18')).toBeGreaterThan(2 * at('08'));
  });

  test('takes back only what was sold, at its price and not more of it', () => {
    const returns = lines.filter((line) => line.invoice.startsWith('C'));
    expect(returns.length).toBeGreaterThan(30);
    const sold = new Map<string, number>();
    const key = (line: DemoSaleLine) => `${line.code} ${line.priceMinor}`;
    for (const line of lines) {
      expect(line.quantity > 0).toBe(!line.invoice.startsWith('C'));
      const left = (sold.get(key(line)) ?? 0) + line.quantity;
      expect(left).toBeGreaterThanOrEqual(0);
      sold.set(key(line), left);
    }
  });

  test('is written in the form that simulate reads', () => {
    const [line] = lines;
    const weighed: DemoSaleLine = { ...line!, description: 'Yam, "Pona"', quantity: 1505, priceMinor: 1450 };
    const text = [...salesCsv([weighed, { ...line!, quantity: -10_000 }])].join('').split('\n');
    expect(text[0]).toBe('InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country');
    expect(text[1]).toBe(`${line!.invoice},${line!.code},"Yam, ""Pona""",1.505,${line!.at},14.50,0,Ghana`);
    expect(text[2]?.split(',').at(-5)).toBe('-10');
  });
});
