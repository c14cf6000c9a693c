import type { ImportAnswer, ProductFacts } from '@nexus/contracts';
import { uuidv7, type TenantTx } from '@nexus/tenancy-db';
import type { ReadyCatalogue } from '../catalogue/catalogue.repository.ts';
import type { CatalogDeps } from '../deps.ts';
import { ownBarcodes } from '../product/product.ts';
import { productsByCode, productsById } from '../product/product.repository.ts';
import { publishProducts } from '../product/publish-products.ts';
import { taxGroupCodes } from '../tax-group/tax-group.repository.ts';
import { BadRows } from './bad-rows.ts';
import type { ImportRow } from './import-row.ts';

const BATCH = 1000;

/** A row with the product that it becomes. */
interface Change {
  readonly row: ImportRow;
  readonly id: string;
  readonly before: ProductFacts | undefined;
}

/**
 * Writes all rows in the transaction, by code: new products are made, known ones changed and made active, what is equal
 * already is left alone. Throws CAT-1001, so that the transaction rolls back, when a row names a tax group that is not
 * there or a barcode of a product outside the file.
 */
export async function applyImport(
  deps: CatalogDeps,
  tx: TenantTx,
  catalogue: ReadyCatalogue,
  rows: readonly ImportRow[],
): Promise<ImportAnswer> {
  const bad = new BadRows();
  const groups = await taxGroupCodes(tx);
  for (const row of rows) {
    if (row.taxGroup !== undefined && !groups.has(row.taxGroup))
      bad.add(row.line, `tax_group: there is no ${row.taxGroup}`);
  }
  bad.refuse();

  // All products first, giving up the barcodes that change: then a barcode may wander between two rows of the file.
  const changes: Change[] = [];
  for (const batch of inBatches(rows)) changes.push(...(await writeProducts(tx, catalogue, batch)));
  for (const batch of inBatches(changes)) await writeBarcodes(tx, batch, bad);
  bad.refuse();

  for (const batch of inBatches(changes)) {
    const ids = batch.map((change) => change.id);
    await publishProducts(deps, tx, await productsById(tx, catalogue.currency, ids));
  }
  const created = changes.filter((change) => change.before === undefined).length;
  return {
    rows: rows.length,
    created,
    updated: changes.length - created,
    unchanged: rows.length - changes.length,
    revision: catalogue.revision,
  };
}

function* inBatches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += BATCH) yield all.slice(at, at + BATCH);
}

async function writeProducts(tx: TenantTx, catalogue: ReadyCatalogue, rows: readonly ImportRow[]): Promise<Change[]> {
  const known = await productsByCode(
    tx,
    catalogue.currency,
    rows.map((row) => row.code),
  );
  const changes = rows
    .map((row) => ({ row, before: known.get(row.code), id: known.get(row.code)?.id ?? uuidv7() }))
    .filter(({ row, before }) => before === undefined || differs(row, before));
  if (changes.length === 0) return [];
  const column = (of: (change: Change) => unknown): unknown[] => changes.map(of);
  await tx.query(
    `INSERT INTO product (id, code, description, unit, tax_group, attributes, active, revision)
     SELECT id, code, description, unit, tax_group, attributes, true, $7
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[])
       AS new (id, code, description, unit, tax_group, attributes)
     ON CONFLICT (code) DO UPDATE SET description = excluded.description, unit = excluded.unit,
       tax_group = excluded.tax_group, attributes = excluded.attributes, active = true, revision = excluded.revision`,
    [
      column(({ id }) => id),
      column(({ row }) => row.code),
      column(({ row }) => row.description),
      column(({ row, before }) => row.unit ?? before?.unit ?? 'ea'),
      column(({ row, before }) => row.taxGroup ?? before?.taxGroup ?? catalogue.defaultTaxGroup),
      column(({ row, before }) => JSON.stringify(row.attributes ?? before?.attributes ?? {})),
      catalogue.revision,
    ],
  );
  await tx.query(
    `INSERT INTO price (product, currency, price_minor)
     SELECT id, $3, minor FROM unnest($1::uuid[], $2::bigint[]) AS new (id, minor)
     ON CONFLICT (product, currency) DO UPDATE SET price_minor = excluded.price_minor`,
    [column(({ id }) => id), column(({ row }) => row.priceMinor), catalogue.currency],
  );
  const giving = changes.filter(({ row, before }) => before !== undefined && row.barcodes !== undefined);
  if (giving.length > 0) {
    await tx.query('DELETE FROM barcode WHERE variant IS NULL AND product = ANY($1::uuid[])', [
      giving.map(({ id }) => id),
    ]);
  }
  return changes;
}

async function writeBarcodes(tx: TenantTx, changes: readonly Change[], bad: BadRows): Promise<void> {
  const rows = changes.flatMap(({ id, row }) =>
    (row.barcodes ?? []).map((barcode, ordinal) => ({ barcode, ordinal, id, line: row.line })),
  );
  if (rows.length === 0) return;
  const written = await tx.query<{ barcode: string }>(
    `INSERT INTO barcode (barcode, product, ordinal)
     SELECT * FROM unnest($1::text[], $2::uuid[], $3::smallint[])
     ON CONFLICT (barcode) DO NOTHING RETURNING barcode`,
    [rows.map((row) => row.barcode), rows.map((row) => row.id), rows.map((row) => row.ordinal)],
  );
  const done = new Set(written.map((row) => row.barcode));
  for (const row of rows) {
    if (!done.has(row.barcode)) bad.add(row.line, `barcodes: ${row.barcode} belongs to a product outside this file`);
  }
}

/** Does the row say anything that the product is not yet? */
function differs(row: ImportRow, product: ProductFacts): boolean {
  const same =
    product.active &&
    row.description === product.description &&
    row.priceMinor === product.priceMinor &&
    (row.unit ?? product.unit) === product.unit &&
    (row.taxGroup ?? product.taxGroup) === product.taxGroup &&
    (row.attributes === undefined || sameRecord(row.attributes, product.attributes ?? {})) &&
    (row.barcodes === undefined || sameList(row.barcodes, ownBarcodes(product)));
  return !same;
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((value, at) => value === b[at]);

const sameRecord = (a: Record<string, string>, b: Record<string, string>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);
