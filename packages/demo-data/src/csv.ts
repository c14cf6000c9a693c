import { toDecimal } from '@nexus/money';
import type { DemoProduct } from './catalogue.ts';
import type { DemoSaleLine } from './week.ts';

/** Both currencies of trial data have two decimals. */
const PRICE_SCALE = 2;
const QUANTITY_SCALE = 3;

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One line of CSV (RFC 4180) with its line end. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\n`;

/** The file that `nexus catalogue import` reads, line by line. */
export function* catalogueCsv(products: Iterable<DemoProduct>): Generator<string> {
  yield csvLine(['code', 'description', 'price', 'barcodes', 'unit', 'tax_group', 'attribute:department']);
  for (const one of products) {
    const price = toDecimal(one.priceMinor, PRICE_SCALE);
    yield csvLine([one.code, one.description, price, one.barcode, one.unit, one.taxGroup, one.department]);
  }
}

/** `1500` thousandths as `1.5`, `2000` as `2`. */
const quantityText = (thousandths: number): string => toDecimal(thousandths, QUANTITY_SCALE).replace(/\.?0+$/, '');

/** The file that `nexus simulate` reads, line by line. */
export function* salesCsv(lines: Iterable<DemoSaleLine>): Generator<string> {
  yield csvLine([
    'InvoiceNo',
    'StockCode',
    'Description',
    'Quantity',
    'InvoiceDate',
    'UnitPrice',
    'CustomerID',
    'Country',
  ]);
  for (const line of lines) {
    yield csvLine([
      line.invoice,
      line.code,
      line.description,
      quantityText(line.quantity),
      line.at,
      toDecimal(line.priceMinor, PRICE_SCALE),
      '0',
      'Ghana',
    ]);
  }
}
