import {
  barcodeText,
  attributes as attributesShape,
  productCode,
  productDescription,
  taxGroupCode,
  unitCode,
} from '@nexus/contracts';
import { exponentOf, parseDecimal } from '@nexus/money';
import type { ZodType } from 'zod';

/** A row of an import file that is good in itself. What is undefined was left out: a known product keeps what it has. */
export interface ImportRow {
  readonly line: number;
  readonly code: string;
  readonly description: string;
  readonly priceMinor: number;
  readonly barcodes?: string[] | undefined;
  readonly unit?: string | undefined;
  readonly taxGroup?: string | undefined;
  readonly attributes?: Record<string, string> | undefined;
}

/** Where each known column stands in the file, and the attribute columns by their name. */
export interface ImportColumns {
  readonly count: number;
  readonly code: number;
  readonly description: number;
  readonly price: number;
  readonly barcodes: number | undefined;
  readonly unit: number | undefined;
  readonly taxGroup: number | undefined;
  readonly attributes: readonly { readonly name: string; readonly at: number }[];
}

const REQUIRED = ['code', 'description', 'price'] as const;
const OPTIONAL = ['barcodes', 'unit', 'tax_group'] as const;
const ATTRIBUTE = 'attribute:';
/** Barcodes stand in one cell, with this between them. */
export const BARCODE_SEPARATOR = '|';
const MAX_BARCODES = 50;
const MAX_ATTRIBUTES = 20;

/** Reads the header. The result's `problems` say what is wrong with it; then there are no columns. */
export function readHeader(cells: readonly string[]): { columns: ImportColumns } | { problems: string[] } {
  const names = cells.map((cell) => cell.trim());
  const problems: string[] = [];
  for (const name of REQUIRED) if (!names.includes(name)) problems.push(`the column "${name}" is missing`);
  names.forEach((name, at) => {
    const known = [...REQUIRED, ...OPTIONAL].some((one) => one === name) || isAttribute(name);
    if (!known) problems.push(`"${name.slice(0, 64)}" is not a column known here`);
    if (names.indexOf(name) !== at) problems.push(`the column "${name.slice(0, 64)}" is there twice`);
  });
  const attributes = names.flatMap((name, at) =>
    isAttribute(name) ? [{ name: name.slice(ATTRIBUTE.length).trim(), at }] : [],
  );
  if (attributes.length > MAX_ATTRIBUTES) problems.push(`at most ${MAX_ATTRIBUTES} attribute columns`);
  if (problems.length > 0) return { problems };
  const at = (name: string): number | undefined => (names.includes(name) ? names.indexOf(name) : undefined);
  return {
    columns: {
      count: names.length,
      code: names.indexOf('code'),
      description: names.indexOf('description'),
      price: names.indexOf('price'),
      barcodes: at('barcodes'),
      unit: at('unit'),
      taxGroup: at('tax_group'),
      attributes,
    },
  };
}

const isAttribute = (name: string): boolean => name.startsWith(ATTRIBUTE) && name.length > ATTRIBUTE.length;

/** Reads one row after the header. Empty cells of optional columns count as left out. */
export function readRow(
  cells: readonly string[],
  line: number,
  columns: ImportColumns,
  currency: string,
): { row: ImportRow } | { reason: string } {
  if (cells.length !== columns.count) return { reason: `${cells.length} cells, the header has ${columns.count}` };
  if (cells.some((cell) => cell.includes('\uFFFD'))) return { reason: 'not valid UTF-8' };
  const cell = (at: number | undefined): string => (at === undefined ? '' : (cells[at] ?? '').trim());
  const price = readPrice(cell(columns.price), currency);
  if (typeof price === 'string') return { reason: price };
  const barcodes = cell(columns.barcodes)
    .split(BARCODE_SEPARATOR)
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const attributes = Object.fromEntries(
    columns.attributes.map(({ name, at }) => [name, cell(at)] as const).filter(([, value]) => value !== ''),
  );
  const reason =
    wrong('code', productCode, cell(columns.code)) ??
    wrong('description', productDescription, cell(columns.description)) ??
    wrongOptional('unit', unitCode, cell(columns.unit)) ??
    wrongOptional('tax_group', taxGroupCode, cell(columns.taxGroup)) ??
    (barcodes.length > MAX_BARCODES ? `more than ${MAX_BARCODES} barcodes` : undefined) ??
    barcodes.map((one) => wrong('barcodes', barcodeText, one)).find((one) => one !== undefined) ??
    (new Set(barcodes).size < barcodes.length ? 'a barcode is given twice in the row' : undefined) ??
    wrong('attributes', attributesShape, attributes);
  if (reason !== undefined) return { reason };
  return {
    row: {
      line,
      code: cell(columns.code),
      description: cell(columns.description),
      priceMinor: price,
      barcodes: barcodes.length > 0 ? barcodes : undefined,
      unit: cell(columns.unit) || undefined,
      taxGroup: cell(columns.taxGroup) || undefined,
      attributes: Object.keys(attributes).length > 0 ? attributes : undefined,
    },
  };
}

/** A price in minor units, or why it is none. Decimals beyond the currency's own must be zeros: nothing is rounded here. */
function readPrice(text: string, currency: string): number | string {
  if (text === '') return 'price: is empty';
  const scale = exponentOf(currency);
  const minor = parseDecimal(text, scale);
  if (minor === null) return `price: "${text.slice(0, 32)}" is not a number like 12.50`;
  if (minor < 0 || text.startsWith('-')) return 'price: is negative';
  const finest = parseDecimal(text, scale + 4);
  if (finest === null || finest !== minor * 10_000) return `price: more than ${scale} decimals`;
  return minor;
}

function wrong(name: string, shape: ZodType, value: unknown): string | undefined {
  const parsed = shape.safeParse(value);
  if (parsed.success) return undefined;
  return `${name}: ${value === '' ? 'is empty' : (parsed.error.issues[0]?.message ?? 'is not valid')}`;
}

const wrongOptional = (name: string, shape: ZodType, value: string): string | undefined =>
  value === '' ? undefined : wrong(name, shape, value);
