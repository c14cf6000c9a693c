import { NexusError, type ProductChange, type ProductFacts, type ProductInput } from '@nexus/contracts';
import { isCurrency } from '@nexus/money';
import { uniqueViolation, uuidv7, type TenantTx } from '@nexus/tenancy-db';
import type { ReadyCatalogue } from '../catalogue/catalogue.repository.ts';
import { taxGroupCodes } from '../tax-group/tax-group.repository.ts';
import { BarcodeEntity, PriceEntity, ProductEntity, VariantEntity } from './product.entity.ts';
import { MAX_PRODUCT_BYTES, firstRepeated, ownBarcodes, sizeOf } from './product.ts';
import { productById } from './product.repository.ts';

const invalid = (path: string, message: string): NexusError =>
  new NexusError('NX-1001', message, { errors: [{ path, message }] });

/** What hangs on a product and is replaced whole. */
interface Parts {
  readonly priceMinor?: number | null | undefined;
  readonly otherPrices?: ProductInput['otherPrices'] | undefined;
  readonly barcodes?: readonly string[] | undefined;
  readonly variants?: ProductInput['variants'] | undefined;
}

/** Makes a product; its state is what is returned. CAT-1002 where its code or one of its barcodes is taken. */
export async function createProduct(
  tx: TenantTx,
  catalogue: ReadyCatalogue,
  input: ProductInput,
): Promise<ProductFacts> {
  const id = uuidv7();
  const taxGroup = input.taxGroup ?? catalogue.defaultTaxGroup;
  await checkTaxGroup(tx, taxGroup);
  const { code, description, unit, attributes, active } = input;
  const revision = String(catalogue.revision);
  await conflictsNamed(() =>
    tx.manager.insert(ProductEntity, { id, code, description, unit, taxGroup, attributes, active, revision }),
  );
  await writeParts(tx, catalogue, id, input);
  return checked(tx, catalogue, id);
}

/** Changes a product. NX-1002 where there is none of that id. */
export async function changeProduct(
  tx: TenantTx,
  catalogue: ReadyCatalogue,
  id: string,
  change: ProductChange,
): Promise<ProductFacts> {
  const before = await productById(tx, catalogue.currency, id);
  if (change.taxGroup !== undefined) await checkTaxGroup(tx, change.taxGroup);
  await tx.manager.update(
    ProductEntity,
    { id },
    {
      description: change.description ?? before.description,
      unit: change.unit ?? before.unit,
      taxGroup: change.taxGroup ?? before.taxGroup,
      attributes: change.attributes ?? before.attributes ?? {},
      active: change.active ?? before.active,
      revision: String(catalogue.revision),
    },
  );
  // Barcodes hang on variants: whoever replaces one of the two lists gets both written again.
  const rewritten = change.barcodes !== undefined || change.variants !== undefined;
  await writeParts(tx, catalogue, id, {
    priceMinor: change.priceMinor,
    otherPrices: change.otherPrices,
    barcodes: rewritten ? (change.barcodes ?? ownBarcodes(before)) : undefined,
    variants: rewritten
      ? (change.variants ??
        before.variants.map(({ code, attributes, barcodes = [] }) => ({ code, attributes, barcodes })))
      : undefined,
  });
  return checked(tx, catalogue, id);
}

async function checked(tx: TenantTx, catalogue: ReadyCatalogue, id: string): Promise<ProductFacts> {
  const facts = await productById(tx, catalogue.currency, id);
  if (sizeOf(facts) > MAX_PRODUCT_BYTES) throw invalid('', `The product is larger than ${MAX_PRODUCT_BYTES} bytes`);
  return facts;
}

async function checkTaxGroup(tx: TenantTx, code: string): Promise<void> {
  if (!(await taxGroupCodes(tx)).has(code)) throw invalid('/taxGroup', `There is no tax group ${code}`);
}

async function writeParts(tx: TenantTx, catalogue: ReadyCatalogue, id: string, parts: Parts): Promise<void> {
  await writePrices(tx, catalogue.currency, id, parts);
  if (parts.variants !== undefined && parts.barcodes !== undefined) {
    await writeVariants(tx, id, parts.variants, parts.barcodes);
  }
}

async function writePrices(tx: TenantTx, currency: string, product: string, parts: Parts): Promise<void> {
  if (parts.priceMinor !== undefined) {
    await tx.manager.delete(PriceEntity, { product, currency });
    if (parts.priceMinor !== null) {
      await tx.manager.insert(PriceEntity, { product, currency, priceMinor: String(parts.priceMinor) });
    }
  }
  if (parts.otherPrices === undefined) return;
  const codes = parts.otherPrices.map((price) => price.currency);
  const repeated = firstRepeated([currency, ...codes]);
  if (repeated !== undefined) throw invalid('/otherPrices', `There are two prices in ${repeated}`);
  const unknown = codes.find((code) => !isCurrency(code));
  if (unknown !== undefined) throw invalid('/otherPrices', `${unknown} is not a currency known here`);
  await tx.query('DELETE FROM price WHERE product = $1 AND currency <> $2', [product, currency]);
  for (const price of parts.otherPrices) {
    await tx.manager.insert(PriceEntity, { product, currency: price.currency, priceMinor: String(price.priceMinor) });
  }
}

/** Variants keep their id by code; one that is left out goes, with its barcodes. */
async function writeVariants(
  tx: TenantTx,
  product: string,
  variants: ProductInput['variants'],
  barcodes: readonly string[],
): Promise<void> {
  const repeatedCode = firstRepeated(variants.map((variant) => variant.code));
  if (repeatedCode !== undefined) throw invalid('/variants', `There are two variants ${repeatedCode}`);
  const all = [...barcodes, ...variants.flatMap((variant) => variant.barcodes)];
  const repeated = firstRepeated(all);
  if (repeated !== undefined) throw invalid('/barcodes', `Barcode ${repeated} is given twice`);

  const known = await tx.manager.findBy(VariantEntity, { product });
  const idOf = new Map(known.map((variant) => [variant.code, variant.id]));
  await tx.manager.delete(BarcodeEntity, { product });
  await tx.manager.delete(VariantEntity, { product });
  const rows = variants.map(({ code, attributes }, ordinal) => ({
    id: idOf.get(code) ?? uuidv7(),
    product,
    ordinal,
    code,
    attributes,
  }));
  if (rows.length > 0) await tx.manager.insert(VariantEntity, rows);
  const owner = [
    ...barcodes.map((barcode) => ({ barcode, variant: null })),
    ...variants.flatMap((variant, at) =>
      variant.barcodes.map((barcode) => ({ barcode, variant: rows[at]?.id ?? null })),
    ),
  ];
  if (owner.length === 0) return;
  await conflictsNamed(() =>
    tx.manager.insert(
      BarcodeEntity,
      owner.map((one, ordinal) => ({ ...one, product, ordinal })),
    ),
  );
}

/** Unique violations as the conflict that they are. */
async function conflictsNamed(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const constraint = uniqueViolation(error);
    if (constraint === 'product_code') throw new NexusError('CAT-1002', 'The code is taken', { cause: error });
    if (constraint === 'barcode_taken') throw new NexusError('CAT-1002', 'A barcode is taken', { cause: error });
    throw error;
  }
}
