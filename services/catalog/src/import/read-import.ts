import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MAX_IMPORT_ROWS, NexusError } from '@nexus/contracts';
import { CsvError, parse, type Info } from 'csv-parse';
import { BadRows } from './bad-rows.ts';
import { readHeader, readRow, type ImportColumns, type ImportRow } from './import-row.ts';

/** Longest row in bytes. */
const MAX_ROW_BYTES = 64 * 1024;

/**
 * Reads a file as it arrives: the text is never held as a whole, only its good rows are. Throws CAT-1001 for bad rows,
 * among them every code or barcode that was there before, and CAT-1003 for too many rows.
 */
export async function readImport(body: Readable, currency: string): Promise<ImportRow[]> {
  const reader = new ImportReader(currency);
  const parser = parse({
    bom: true,
    info: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  });
  try {
    await pipeline(body, parser, async (records: AsyncIterable<{ record: string[]; info: Info }>) => {
      for await (const { record, info } of records) reader.take(record, info);
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    reader.bad.add(lineOf(error), `not CSV from here on: ${error.code}`);
  }
  return reader.end();
}

/** Takes rows one by one; what is told at the end is the whole file's. */
class ImportReader {
  readonly bad = new BadRows();
  readonly #currency: string;
  readonly #rows: ImportRow[] = [];
  readonly #codes = new Map<string, number>();
  readonly #barcodes = new Map<string, number>();
  #columns: ImportColumns | undefined;
  #count = 0;

  constructor(currency: string) {
    this.#currency = currency;
  }

  take(record: string[], info: Info): void {
    // The parser counts lines to a row's end; cells may hold line breaks.
    const line = info.lines - record.reduce((breaks, cell) => breaks + (cell.split('\n').length - 1), 0);
    if (this.#columns === undefined) return this.#takeHeader(record, line);
    this.#count += 1;
    if (this.#count > MAX_IMPORT_ROWS) throw new NexusError('CAT-1003', `More than ${MAX_IMPORT_ROWS} rows`);
    const read = readRow(record, line, this.#columns, this.#currency);
    if ('reason' in read) return this.bad.add(line, read.reason);
    if (this.#isNew(read.row)) this.#rows.push(read.row);
  }

  end(): ImportRow[] {
    if (this.#columns === undefined && this.bad.total === 0) this.bad.add(1, 'the file is empty');
    this.bad.refuse();
    return this.#rows;
  }

  #takeHeader(record: string[], line: number): void {
    const header = readHeader(record);
    if ('columns' in header) {
      this.#columns = header.columns;
      return;
    }
    // Rows mean nothing without their header.
    for (const problem of header.problems) this.bad.add(line, problem);
    this.bad.refuse();
  }

  #isNew(row: ImportRow): boolean {
    const before = this.#codes.get(row.code);
    if (before !== undefined) {
      this.bad.add(row.line, `code: ${row.code} stands in line ${before} already`);
      return false;
    }
    this.#codes.set(row.code, row.line);
    for (const barcode of row.barcodes ?? []) {
      const other = this.#barcodes.get(barcode);
      if (other === undefined) this.#barcodes.set(barcode, row.line);
      else this.bad.add(row.line, `barcodes: ${barcode} stands in line ${other} already`);
    }
    return true;
  }
}

const lineOf = (error: CsvError): number => {
  const { lines } = error as { lines?: unknown };
  return typeof lines === 'number' ? lines : 1;
};
