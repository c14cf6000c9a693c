import { z } from 'zod';
import { currencyCode, minorUnits, uuid } from '../common.ts';
import { defineEvent } from './envelope.ts';

/** A product as tills and stock need it: whole state, so that the newest wins. */
export const productFacts = z.object({
  id: uuid,
  code: z.string().max(64),
  description: z.string().max(500),
  unit: z.string().max(16),
  /** Tax group code; its rates travel in `tax-groups-changed`. */
  taxGroup: z.string().max(32),
  /** Price in minor units of `currency`, tax included; null where it has none. */
  priceMinor: minorUnits.nullable(),
  currency: currencyCode,
  barcodes: z.array(z.string().max(64)).max(500),
  variants: z
    .array(
      z.object({
        id: uuid,
        code: z.string().max(64),
        attributes: z.record(z.string(), z.string()),
        /** Barcodes that mean this variant; they stand in the product's `barcodes` too. */
        barcodes: z.array(z.string().max(64)).max(50).optional(),
      }),
    )
    .max(200),
  /** Attributes of the product itself, e.g. `{brand: "Golden Tree"}`; left out when there are none. */
  attributes: z.record(z.string(), z.string()).optional(),
  /** Prices in further currencies, tax included; left out when there are none. */
  otherPrices: z
    .array(z.object({ currency: currencyCode, priceMinor: minorUnits }))
    .max(20)
    .optional(),
  active: z.boolean(),
  /** Revision of the catalogue at which this state was written. */
  revision: z.number().int().min(0),
});
export type ProductFacts = z.infer<typeof productFacts>;

export const taxGroupFacts = z.object({
  code: z.string().max(32),
  name: z.string().max(200),
  /** Components in order; rate in millionths of the net. */
  components: z.array(z.object({ code: z.string().max(32), rate: z.number().int().min(0) })).max(10),
  /** False once the group was removed (no product uses it then); left out otherwise. */
  active: z.literal(false).optional(),
});
export type TaxGroupFacts = z.infer<typeof taxGroupFacts>;

/** At most 500 products, whole state each. */
export const productsChanged = defineEvent({
  service: 'catalog',
  kind: 'products-changed',
  version: 1,
  data: z.object({ products: z.array(productFacts).max(500) }),
});
export const taxGroupsChanged = defineEvent({
  service: 'catalog',
  kind: 'tax-groups-changed',
  version: 1,
  data: z.object({ groups: z.array(taxGroupFacts).max(200) }),
});
