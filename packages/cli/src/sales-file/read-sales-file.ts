import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { QUANTITY_SCALE } from '@nexus/contracts';
import { exponentOf, parseDecimal } from '@nexus/money';
import { CsvError, parse, type Info } from 'csv-parse';
import { CliError } from '../cli-error.ts';
import type { FileLine, FileProduct, SalesFile } from './sales-file.ts';

/** The columns that are read; others (customer, country) may be there. */
const COLUMNS = ['InvoiceNo', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'UnitPrice'] as const;
type Column = (typeof COLUMNS)[number];

/** Most lines of one file, and most of one invoice: an entry of the journal holds no more. */
const MAX_LINES = 5_000_000;
export const MAX_INVOICE_LINES = 2000;
const QUANTITY_DECIMALS = Math.log10(QUANTITY_SCALE);

/**
 * Reads a sales file, gzipped where its name ends so. The lines stay in memory as three numbers each; the text does not.
 * Throws `CliError` with the line number for what is not of the form.
 */
export async function readSalesFile(path: string, currency: string): Promise<SalesFile> {
  const file = createReadStream(path);
  try {
    return await readSales(path.endsWith('.gz') ? compose(file) : file, currency);
  } catch (error) {
    if (error instanceof CliError) throw new CliError(`${path}: ${error.message}`, { cause: error });
    throw new CliError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function compose(file: Readable): Readable {
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  return file.pipe(gunzip);
}

export async function readSales(text: Readable, currency: string): Promise<SalesFile> {
  const reader = new SalesReader(currency);
  const parser = parse({ bom: true, info: true, record_delimiter: ['\r\n', '\n'], skip_empty_lines: true });
  try {
    await pipeline(text, parser, async (records: AsyncIterable<{ record: string[]; info: Info }>) => {
      for await (const { record, info } of records) reader.take(record, info.lines);
    });
  } catch (error) {
    if (error instanceof CsvError) throw new CliError(error.message, { cause: error });
    throw error;
  }
  return reader.end();
}

interface OpenInvoice {
  readonly number: string;
  readonly isReturn: boolean;
  readonly wallMs: number;
  readonly lines: FileLine[];
}

class SalesReader {
  readonly #scale: number;
  readonly #products: FileProduct[] = [];
  readonly #productAt = new Map<string, number>();
  readonly #invoices = new Map<string, OpenInvoice>();
  #columns: Record<Column, number> | undefined;
  #lines = 0;

  constructor(currency: string) {
    this.#scale = exponentOf(currency);
  }

  take(record: readonly string[], line: number): void {
    if (this.#columns === undefined) {
      this.#columns = columnsOf(record);
      return;
    }
    this.#lines += 1;
    if (this.#lines > MAX_LINES) throw new CliError(`more than ${MAX_LINES} lines`);
    const columns = this.#columns;
    const cell = (column: Column): string => (record[columns[column]] ?? '').trim();
    const number = cell('InvoiceNo');
    const code = cell('StockCode');
    if (number === '' || code === '') throw new CliError(`line ${line}: InvoiceNo or StockCode is empty`);
    const priceMinor = parseDecimal(cell('UnitPrice'), this.#scale);
    if (priceMinor === null || priceMinor < 0) throw new CliError(`line ${line}: UnitPrice is not a price`);
    const invoice = this.#invoice(number, cell('InvoiceDate'), line);
    const quantity = quantityOf(cell('Quantity'), invoice.isReturn, line);
    if (invoice.lines.length >= MAX_INVOICE_LINES) {
      throw new CliError(`line ${line}: invoice ${number} has more than ${MAX_INVOICE_LINES} lines`);
    }
    invoice.lines.push({ product: this.#product(code, cell('Description'), priceMinor), quantity, priceMinor });
  }

  end(): SalesFile {
    if (this.#columns === undefined) throw new CliError('the file is empty');
    return { products: this.#products, invoices: [...this.#invoices.values()] };
  }

  /** The invoice's first line says its time. */
  #invoice(number: string, date: string, line: number): OpenInvoice {
    const known = this.#invoices.get(number);
    if (known !== undefined) return known;
    const opened = { number, isReturn: number.startsWith('C'), wallMs: wallMsOf(date, line), lines: [] };
    this.#invoices.set(number, opened);
    return opened;
  }

  /** Codes that differ only in case are two products. A product without any description is called by its code. */
  #product(code: string, description: string, priceMinor: number): number {
    const at = this.#productAt.get(code) ?? this.#products.length;
    const before = this.#products[at]?.description;
    this.#products[at] = { code, description: description || before || code, priceMinor };
    this.#productAt.set(code, at);
    return at;
  }
}

function columnsOf(header: readonly string[]): Record<Column, number> {
  const names = header.map((name) => name.trim());
  const missing = COLUMNS.filter((column) => !names.includes(column));
  if (missing.length > 0) throw new CliError(`line 1: the columns ${missing.join(', ')} are missing`);
  return Object.fromEntries(COLUMNS.map((column) => [column, names.indexOf(column)])) as Record<Column, number>;
}

/** Thousandths, positive. A sale's quantity is positive and a return's negative in the file. */
function quantityOf(text: string, isReturn: boolean, line: number): number {
  const quantity = parseDecimal(text, QUANTITY_DECIMALS);
  if (quantity === null || quantity === 0) throw new CliError(`line ${line}: Quantity is not a number other than 0`);
  if (quantity < 0 !== isReturn) {
    throw new CliError(`line ${line}: Quantity must be ${isReturn ? 'negative in a C… invoice' : 'positive'}`);
  }
  return Math.abs(quantity);
}

function wallMsOf(text: string, line: number): number {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)$/.exec(text);
  const time = match?.[2] ?? '';
  const wallMs = match === null ? NaN : Date.parse(`${match[1] ?? ''}T${time.length === 5 ? `${time}:00` : time}Z`);
  if (Number.isNaN(wallMs)) throw new CliError(`line ${line}: InvoiceDate is not like 2026-11-02T08:26:00`);
  return wallMs;
}
