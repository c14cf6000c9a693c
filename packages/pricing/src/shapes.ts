/*
 * The shapes that pricing reads and writes. Results have the journal entry's own short field names (`L`, `T`), so that
 * a till writes them as they are and the server compares without translating. All money is whole minor units of the
 * sale's currency, tax included, unless a field says otherwise; quantities are thousandths, rates are millionths.
 */

/** Quantities are whole thousandths of the product's unit. */
export const QUANTITY_SCALE = 1000;
/** Rates are whole millionths: 0.15 = 150_000. */
export const RATE_SCALE = 1_000_000;

export type PriceSource = 'list' | 'override' | 'embedded' | 'manual';

/** A tax group: its components are all charged on the same net amount. No components: not taxed. */
export interface TaxGroup {
  readonly code: string;
  readonly components: readonly { readonly code: string; readonly rate: number }[];
}

/** A reduction by an amount, or by a rate of what earlier reductions left; never below 0. */
export type Discount =
  | { readonly source: string; readonly reason?: string; readonly amount: number }
  | { readonly source: string; readonly reason?: string; readonly rate: number };

export interface LineInput {
  /** Line id inside the sale, 1-based, unique. */
  readonly n: number;
  readonly product: string;
  readonly variant?: string;
  readonly code: string;
  readonly scannedCode?: string;
  readonly description: string;
  /** Left out: `ea`. */
  readonly unit?: string;
  readonly quantity: number;
  readonly listPrice?: number;
  /** Whole units of 10^-`priceScale`, tax included. */
  readonly unitPrice: number;
  /** Left out: the currency's own. */
  readonly priceScale?: number;
  /** Left out: `list`. */
  readonly source?: PriceSource;
  readonly taxGroup: TaxGroup;
  readonly discounts?: readonly Discount[];
  readonly lot?: string;
  readonly serial?: string;
  /** For a return with receipt: the original entry and its line. */
  readonly original?: { readonly entry: string; readonly line: number };
}

export interface SaleInput {
  readonly currency: string;
  readonly lines: readonly LineInput[];
  /** Reductions of the whole sale, in order, shared out over the lines by what they come to. */
  readonly discounts?: readonly Discount[];
  /**
   * Present where the rest is paid in cash: what other tenders already cover, and the smallest amount that cash can
   * pay. Only that rest is rounded.
   */
  readonly cash?: { readonly increment: number; readonly otherTenders: number };
}

/** `c` code, `r` rate, `b` base (net), `a` amount. */
export interface TaxAmount {
  c: string;
  r: number;
  b: number;
  a: number;
}
export interface DiscountShare {
  src: string;
  why?: string;
  a: number;
}
/** An entry line as written by the till. Defaults are left out. */
export interface PricedLine {
  n: number;
  p: string;
  pv?: string;
  c: string;
  sc?: string;
  d: string;
  u?: string;
  q: number;
  lp?: number;
  up: number;
  ps?: number;
  us?: PriceSource;
  ds?: DiscountShare[];
  tg: string;
  x: TaxAmount[];
  g: number;
  lot?: string;
  sn?: string;
  o?: { e: string; n: number };
}
export interface PricedTotals {
  cur: string;
  net: number;
  tax: TaxAmount[];
  disc: number;
  gross: number;
  round: number;
  pay: number;
}
export interface PricedSale {
  readonly engine: number;
  readonly lines: PricedLine[];
  readonly totals: PricedTotals;
}

/** What is read of a sale or return entry to compute it again. */
export interface RecomputedEntry {
  readonly by: { readonly pe: number };
  readonly L: readonly {
    readonly n: number;
    readonly q: number;
    readonly up: number;
    readonly ps?: number | undefined;
    readonly ds?: readonly { readonly a: number }[] | undefined;
    readonly x: readonly Readonly<TaxAmount>[];
    readonly g: number;
  }[];
  readonly T: Readonly<Omit<PricedTotals, 'tax'>> & { readonly tax: readonly Readonly<TaxAmount>[] };
  readonly N: readonly {
    readonly ty: string;
    readonly td: number;
    readonly ap: number;
    readonly ch?: number | undefined;
    readonly cur: string;
  }[];
}
export interface RecomputeRules {
  /** Smallest amount payable in cash; left out: the currency's own. */
  readonly cashIncrement?: number;
}
/** One value that comes out otherwise; `path` is in the entry's terms: `L[2].g`, `T.net`. */
export interface Difference {
  readonly path: string;
  readonly expected: number | string;
  readonly found: number | string;
}
