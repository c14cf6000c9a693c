import { productFacts, type ProductFacts } from '@nexus/contracts';
import type { LineInput } from '@nexus/pricing';
import type { NewCartLine } from '../cart/cart.ts';
import type { StoreTx } from '../store/store.ts';
import type { TillContext } from '../till-context.ts';

/** A product that can be sold, and the variant where the code or barcode means one. */
export interface FoundProduct {
  readonly product: ProductFacts;
  readonly variant?: ProductFacts['variants'][number];
}

type FactsRow = { readonly facts: string };
const parse = (row: FactsRow): ProductFacts => productFacts.parse(JSON.parse(row.facts));

/** Active products with a barcode; several where the chain gave it twice, and then a person chooses. */
export const findByBarcode = async (tx: StoreTx, barcode: string): Promise<FoundProduct[]> => {
  const rows = await tx.all<FactsRow>(
    `SELECT facts FROM product_barcode JOIN product ON product.no = product_no
     WHERE barcode = ? AND active = 1 ORDER BY code LIMIT 20`,
    [barcode],
  );
  return rows.map((row) => {
    const product = parse(row);
    const variant = product.variants.find(({ barcodes }) => barcodes?.includes(barcode));
    return variant ? { product, variant } : { product };
  });
};

export const findByCode = async (tx: StoreTx, code: string): Promise<ProductFacts | null> => {
  const row = await tx.one<FactsRow>('SELECT facts FROM product WHERE code = ? AND active = 1 LIMIT 1', [code]);
  return row ? parse(row) : null;
};

export const findById = async (tx: StoreTx, id: string): Promise<ProductFacts | null> => {
  const row = await tx.one<FactsRow>('SELECT facts FROM product WHERE id = ?', [id]);
  return row ? parse(row) : null;
};

/** Active products whose code or description holds words beginning as those typed; at most 50, best first. */
export const searchProducts = async (tx: StoreTx, typed: string, limit = 20): Promise<ProductFacts[]> => {
  const words = typed.match(/[\p{L}\p{N}]+/gu)?.slice(0, 8) ?? [];
  if (words.length === 0) return [];
  const rows = await tx.all<FactsRow>(
    `SELECT facts FROM product_search JOIN product ON product.no = product_search.rowid
     WHERE product_search MATCH ? AND active = 1 ORDER BY rank LIMIT ?`,
    [words.map((word) => `"${word}"*`).join(' '), Math.min(limit, 50)],
  );
  return rows.map(parse);
};

export const countProducts = async (tx: StoreTx): Promise<number> =>
  (await tx.one<{ count: number }>('SELECT count(*) AS count FROM product WHERE active = 1'))?.count ?? 0;

export interface LineOptions {
  /** Thousandths; left out: one. */
  readonly quantity?: number;
  readonly variant?: string;
  readonly scannedCode?: string;
  /** A price other than the list's, in minor units, tax included. */
  readonly overrideMinor?: number;
}
export type ProductLineResult =
  | { readonly ok: true; readonly line: NewCartLine }
  | { readonly ok: false; readonly reason: 'no-price' | 'other-currency' | 'tax-group-unknown' };

/** A cart line for a product at its list price, or at an override. */
export const lineForProduct = (
  ctx: TillContext,
  product: ProductFacts,
  currency: string,
  options: LineOptions = {},
): ProductLineResult => {
  const group = ctx.state.taxGroups.get(product.taxGroup);
  if (!group) return { ok: false, reason: 'tax-group-unknown' };
  const listPrice = priceIn(product, currency);
  const unitPrice = options.overrideMinor ?? listPrice;
  if (unitPrice === null) return { ok: false, reason: product.priceMinor === null ? 'no-price' : 'other-currency' };
  const source: LineInput['source'] = options.overrideMinor === undefined ? 'list' : 'override';
  return {
    ok: true,
    line: {
      product: product.id,
      ...(options.variant !== undefined && { variant: options.variant }),
      code: product.code,
      ...(options.scannedCode !== undefined && { scannedCode: options.scannedCode }),
      description: product.description,
      unit: product.unit,
      quantity: options.quantity ?? 1000,
      ...(listPrice !== null && { listPrice }),
      unitPrice,
      source,
      taxGroup: { code: group.code, components: group.components },
    },
  };
};

const priceIn = (product: ProductFacts, currency: string): number | null =>
  product.currency === currency
    ? product.priceMinor
    : (product.otherPrices?.find((price) => price.currency === currency)?.priceMinor ?? null);
