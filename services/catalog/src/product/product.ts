import type { ProductFacts } from '@nexus/contracts';

/** Most bytes of JSON that one product's facts may take: events of whole products then stay within their limit. */
export const MAX_PRODUCT_BYTES = 128 * 1024;
/** Most products in one event. */
export const MAX_PRODUCTS_IN_EVENT = 500;
/** Most bytes of products in one event; the rest of `MAX_EVENT_BYTES` is for the envelope. */
export const MAX_PRODUCT_BYTES_IN_EVENT = 960 * 1024;

export const sizeOf = (facts: ProductFacts): number => Buffer.byteLength(JSON.stringify(facts));

/** Cuts products into runs that each fit one event, by count and by bytes, in order. */
export function inEvents(products: readonly ProductFacts[]): ProductFacts[][] {
  const runs: ProductFacts[][] = [];
  let run: ProductFacts[] = [];
  let bytes = 0;
  for (const product of products) {
    const size = sizeOf(product) + 1; // the comma
    if (run.length === MAX_PRODUCTS_IN_EVENT || (run.length > 0 && bytes + size > MAX_PRODUCT_BYTES_IN_EVENT)) {
      runs.push(run);
      run = [];
      bytes = 0;
    }
    run.push(product);
    bytes += size;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** What a barcode means in one product: the variant it stands at, or the product as such. */
export const variantOfBarcode = (product: ProductFacts, barcode: string): string | null =>
  product.variants.find((variant) => variant.barcodes?.includes(barcode))?.id ?? null;

/** Barcodes that mean the product itself, not one of its variants. */
export function ownBarcodes(product: ProductFacts): string[] {
  const ofVariants = new Set(product.variants.flatMap((variant) => variant.barcodes ?? []));
  return product.barcodes.filter((barcode) => !ofVariants.has(barcode));
}

/** The first value that occurs twice, for messages about what was given. */
export function firstRepeated(values: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return values.find((value) => seen.size === seen.add(value).size);
}
