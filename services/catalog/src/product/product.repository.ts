import { NexusError, type ProductFacts } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';

interface FactsRow {
  id: string;
  code: string;
  description: string;
  unit: string;
  tax_group: string;
  attributes: Record<string, string>;
  active: boolean;
  revision: string;
  prices: { currency: string; minor: number }[];
  variants: { id: string; code: string; attributes: Record<string, string> }[];
  barcodes: { barcode: string; variant: string | null }[];
}

// One round trip for whole products: their parts as JSON, each list in its own order.
const COLUMNS = `
  p.id, p.code, p.description, p.unit, p.tax_group, p.attributes, p.active, p.revision,
    coalesce((SELECT json_agg(json_build_object('currency', r.currency, 'minor', r.price_minor) ORDER BY r.currency)
              FROM price r WHERE r.product = p.id), '[]') AS prices,
    coalesce((SELECT json_agg(json_build_object('id', v.id, 'code', v.code, 'attributes', v.attributes) ORDER BY v.ordinal)
              FROM variant v WHERE v.product = p.id), '[]') AS variants,
    coalesce((SELECT json_agg(json_build_object('barcode', b.barcode, 'variant', b.variant) ORDER BY b.ordinal, b.barcode)
              FROM barcode b WHERE b.product = p.id), '[]') AS barcodes
`;
const FACTS = `SELECT ${COLUMNS} FROM product p`;

/** Whole state as the wire has it. `currency`: the chain's own. */
function factsOf(row: FactsRow, currency: string): ProductFacts {
  const otherPrices = row.prices
    .filter((price) => price.currency !== currency)
    .map((price) => ({ currency: price.currency, priceMinor: price.minor }));
  return {
    id: row.id,
    code: row.code,
    description: row.description,
    unit: row.unit,
    taxGroup: row.tax_group,
    priceMinor: row.prices.find((price) => price.currency === currency)?.minor ?? null,
    currency,
    barcodes: row.barcodes.map((one) => one.barcode),
    variants: row.variants.map((variant) => {
      const barcodes = row.barcodes.filter((one) => one.variant === variant.id).map((one) => one.barcode);
      return { ...variant, ...(barcodes.length > 0 && { barcodes }) };
    }),
    ...(Object.keys(row.attributes).length > 0 && { attributes: row.attributes }),
    ...(otherPrices.length > 0 && { otherPrices }),
    active: row.active,
    revision: Number(row.revision),
  };
}

const inOrderOf = (ids: readonly string[], facts: readonly ProductFacts[]): ProductFacts[] => {
  const byId = new Map(facts.map((one) => [one.id, one]));
  return ids.flatMap((id) => byId.get(id) ?? []);
};

/** Products by id, in the order asked for; those that are not there are left out. */
export async function productsById(tx: TenantTx, currency: string, ids: readonly string[]): Promise<ProductFacts[]> {
  const rows = await tx.query<FactsRow>(`${FACTS} WHERE p.id = ANY($1::uuid[])`, [ids]);
  return inOrderOf(
    ids,
    rows.map((row) => factsOf(row, currency)),
  );
}

/** Products by code. */
export async function productsByCode(
  tx: TenantTx,
  currency: string,
  codes: readonly string[],
): Promise<Map<string, ProductFacts>> {
  const rows = await tx.query<FactsRow>(`${FACTS} WHERE p.code = ANY($1::text[])`, [codes]);
  return new Map(rows.map((row) => [row.code, factsOf(row, currency)]));
}

/** One product; NX-1002 where this tenant has none of that id. */
export async function productById(tx: TenantTx, currency: string, id: string): Promise<ProductFacts> {
  const [product] = await productsById(tx, currency, [id]);
  if (product === undefined) throw new NexusError('NX-1002');
  return product;
}

/**
 * The active product that a barcode means, or null. One statement, and the last of its transaction: tills without a copy
 * of their own wait for it.
 */
export async function productByBarcode(tx: TenantTx, barcode: string): Promise<ProductFacts | null> {
  const [row] = await tx.last<FactsRow & { chain_currency: string | null }>(
    'catalog_by_barcode',
    `SELECT ${COLUMNS}, c.currency AS chain_currency
     FROM barcode found JOIN product p ON p.id = found.product CROSS JOIN catalogue c
     WHERE found.barcode = $1 AND p.active`,
    [barcode],
  );
  // Without a currency there is no product yet either.
  return row === undefined || row.chain_currency === null ? null : factsOf(row, row.chain_currency);
}

export interface ProductFilter {
  readonly search: string | undefined;
  readonly active: boolean | undefined;
  /** Codes after this one. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** A page by code. */
export async function listProducts(tx: TenantTx, currency: string, filter: ProductFilter): Promise<ProductFacts[]> {
  const pattern = filter.search === undefined ? null : `%${filter.search.replace(/[\\%_]/g, String.raw`\$&`)}%`;
  const rows = await tx.query<FactsRow>(
    `${FACTS}
     WHERE ($1::text IS NULL OR p.description ILIKE $1 OR p.code ILIKE $1)
       AND ($2::boolean IS NULL OR p.active = $2) AND ($3::text IS NULL OR p.code > $3)
     ORDER BY p.code LIMIT $4`,
    [pattern, filter.active ?? null, filter.after ?? null, filter.limit],
  );
  return rows.map((row) => factsOf(row, currency));
}

export async function countProducts(tx: TenantTx): Promise<number> {
  const [row] = await tx.query<{ n: number }>('SELECT count(*)::int AS n FROM product');
  return row?.n ?? 0;
}
