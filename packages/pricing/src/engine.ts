import type { Difference, PricedSale, RecomputedEntry, RecomputeRules, SaleInput } from './shapes.ts';
import { priceSaleV1 } from './v1/price-sale.ts';
import { recomputeV1 } from './v1/recompute.ts';

/** One version of the rules of computing a sale. Released versions never change: entries name them for ever. */
export interface Engine {
  priceSale(input: SaleInput): PricedSale;
  recompute(entry: RecomputedEntry, rules: RecomputeRules): Difference[];
}

export const ENGINES: Readonly<Record<number, Engine>> = {
  1: { priceSale: priceSaleV1, recompute: recomputeV1 },
};

/** The version that tills sell with today. */
export const CURRENT_ENGINE = 1;

/** Tender type whose part of a sale is rounded to what coins can pay. */
export { CASH } from './v1/arithmetic.ts';

/** Prices a sale with the current engine. Throws `RangeError` where an amount leaves the safe integers. */
export const priceSale = (input: SaleInput): PricedSale => priceSaleV1(input);

/**
 * Computes a sale or return again from its own unit prices, quantities, discounts and tax rates, with the engine that
 * it names, and lists what comes out otherwise (at most `MAX_DIFFERENCES`). Empty: it adds up.
 */
export const recompute = (entry: RecomputedEntry, rules: RecomputeRules = {}): Difference[] => {
  const engine = ENGINES[entry.by.pe];
  if (engine) return engine.recompute(entry, rules);
  return [{ path: 'by.pe', expected: `one of ${Object.keys(ENGINES).join(', ')}`, found: entry.by.pe }];
};
