import { z } from 'zod';
import { currencyCode, minorUnits, pageOf, pageQuery, shortText, uuid } from '../common.ts';
import { productFacts, taxGroupFacts } from '../events/catalog-events.ts';

/*
 * HTTP of catalog (`/api/catalog` at the edge). Reading wants `catalog:read`, writing `catalog:manage`. Codes and barcodes
 * are compared byte for byte: `85123A` and `85123a` are two products.
 */

/** Text without control characters, trimmed, so that it can be printed and put into a line of CSV. */
const printable = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    // eslint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not hold control characters');

export const productCode = printable(64);
export const barcodeText = printable(64);
export const productDescription = printable(500);
export const unitCode = printable(16);
export const taxGroupCode = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be lower-case letters, digits, hyphens');
/** Name → value, at most 20. */
export const attributes = z
  .record(printable(40), printable(120))
  .refine((all) => Object.keys(all).length <= 20, 'at most 20 attributes');

export const variantInput = z.strictObject({
  code: productCode,
  attributes: attributes.default({}),
  barcodes: z.array(barcodeText).max(20).default([]),
});
export const priceInput = z.strictObject({ currency: currencyCode, priceMinor: minorUnits.min(0) });

/** `POST /products`. `currency` left out is the chain's own. Prices include tax. */
export const productInput = z.strictObject({
  code: productCode,
  description: productDescription,
  unit: unitCode.default('ea'),
  taxGroup: taxGroupCode.optional(),
  priceMinor: minorUnits.min(0).nullable().default(null),
  otherPrices: z.array(priceInput).max(20).default([]),
  barcodes: z.array(barcodeText).max(50).default([]),
  variants: z.array(variantInput).max(200).default([]),
  attributes: attributes.default({}),
  active: z.boolean().default(true),
});
export type ProductInput = z.infer<typeof productInput>;

/** `PATCH /products/:id`: what is left out stays; lists are replaced whole. The code never changes. */
export const productChange = z.strictObject({
  description: productDescription.optional(),
  unit: unitCode.optional(),
  taxGroup: taxGroupCode.optional(),
  priceMinor: minorUnits.min(0).nullable().optional(),
  otherPrices: z.array(priceInput).max(20).optional(),
  barcodes: z.array(barcodeText).max(50).optional(),
  variants: z.array(variantInput).max(200).optional(),
  attributes: attributes.optional(),
  active: z.boolean().optional(),
});
export type ProductChange = z.infer<typeof productChange>;

/** `GET /products`: by code; `search` is any part of code or description, letters compared without case. */
export const productListQuery = pageQuery.extend({
  search: z.string().trim().min(1).max(100).optional(),
  active: z.enum(['true', 'false']).optional(),
});
export const productPage = pageOf(productFacts);

/** `GET /products/by-barcode/:barcode`: the product, and the variant if the barcode means one. */
export const barcodeAnswer = z.object({ product: productFacts, variant: uuid.nullable() });
export type BarcodeAnswer = z.infer<typeof barcodeAnswer>;

/** `PUT /tax-groups/:code`: made or replaced. Rates in millionths of the net: 15 % = 150000. */
export const taxGroupInput = z.strictObject({
  name: shortText,
  components: z
    .array(z.strictObject({ code: printable(32), rate: z.number().int().min(0).max(10_000_000) }))
    .max(10)
    .refine((all) => new Set(all.map((one) => one.code)).size === all.length, 'component codes must differ'),
});
export type TaxGroupInput = z.infer<typeof taxGroupInput>;
export const taxGroupList = z.object({ items: z.array(taxGroupFacts) });

/** `GET /catalogue`. */
export const catalogueAnswer = z.object({
  /** Grows with every write. */
  revision: z.number().int(),
  /** Currency of `priceMinor`; null until identity said what the chain's is. */
  currency: currencyCode.nullable(),
  defaultTaxGroup: z.string(),
  products: z.number().int(),
});

/** `POST /imports`: body is CSV in UTF-8, `text/csv`, at most this many rows and bytes. */
export const MAX_IMPORT_ROWS = 100_000;
export const MAX_IMPORT_BYTES = 64 * 1024 * 1024;
/** Most bad rows named in one answer; `badRowsTotal` counts all. */
export const MAX_BAD_ROWS_NAMED = 1000;
export const IMPORT_CONTENT_TYPE = 'text/csv';

export const importAnswer = z.object({
  rows: z.number().int(),
  created: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  revision: z.number().int(),
});
export type ImportAnswer = z.infer<typeof importAnswer>;

/** Members of the `CAT-1001` problem beside the usual ones. Line 1 is the header. */
export const importRejection = z.object({
  badRows: z.array(z.object({ line: z.number().int().min(1), reason: z.string() })).max(MAX_BAD_ROWS_NAMED),
  badRowsTotal: z.number().int().min(1),
});
export type ImportRejection = z.infer<typeof importRejection>;
