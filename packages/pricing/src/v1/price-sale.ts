import { allocate, assertSafeInteger, exponentOf } from '@nexus/money';
import type {
  Discount,
  DiscountShare,
  LineInput,
  PricedLine,
  PricedSale,
  PricedTotals,
  SaleInput,
  TaxAmount,
  TaxGroup,
} from '../shapes.ts';
import { addTax, cashRounding, extendLine, rateOf, taxInside } from './arithmetic.ts';

/**
 * Engine 1. Line: unit price × quantity, rounded half up, less its discounts and its share of the sale's. Tax: taken
 * out of each line's gross by the sum of the group's rates, half up, then shared over the components by largest
 * remainder, so that net + components = gross on every line and in total. Totals are sums of lines; nothing is rounded
 * again but the part that is paid in cash.
 */
export const priceSaleV1 = (input: SaleInput): PricedSale => {
  const exponent = exponentOf(input.currency);
  const lines = input.lines.map((line) => openLine(line, exponent));
  for (const discount of input.discounts ?? []) shareDiscount(lines, discount);

  const totals: PricedTotals = { cur: input.currency, net: 0, tax: [], disc: 0, gross: 0, round: 0, pay: 0 };
  lines.forEach((line, index) => {
    const group = input.lines[index]?.taxGroup;
    if (group) line.x = extractTax(line.g, group);
    addLine(totals, line);
  });
  assertSafeInteger(totals.gross, 'total of the sale');
  if (input.cash) totals.round = cashRounding(totals.gross, input.cash.otherTenders, input.cash.increment);
  totals.pay = totals.gross + totals.round;
  return { engine: 1, lines, totals };
};

/** The line before taxes; keys in the order in which the entry carries them. */
const openLine = (line: LineInput, exponent: number): PricedLine => {
  const scale = line.priceScale ?? exponent;
  let gross = extendLine(line.unitPrice, line.quantity, scale, exponent);
  const shares: DiscountShare[] = [];
  for (const discount of line.discounts ?? []) {
    const amount = reduction(discount, gross);
    if (amount === 0) continue;
    shares.push(shareOf(discount, amount));
    gross -= amount;
  }
  return {
    n: line.n,
    p: line.product,
    ...(line.variant === undefined ? undefined : { pv: line.variant }),
    c: line.code,
    ...(line.scannedCode === undefined ? undefined : { sc: line.scannedCode }),
    d: line.description,
    ...(line.unit === undefined || line.unit === 'ea' ? undefined : { u: line.unit }),
    q: line.quantity,
    ...(line.listPrice === undefined ? undefined : { lp: line.listPrice }),
    up: line.unitPrice,
    ...(scale === exponent ? undefined : { ps: scale }),
    ...(line.source === undefined || line.source === 'list' ? undefined : { us: line.source }),
    ...(shares.length === 0 ? undefined : { ds: shares }),
    tg: line.taxGroup.code,
    x: [],
    g: gross,
    ...(line.lot === undefined ? undefined : { lot: line.lot }),
    ...(line.serial === undefined ? undefined : { sn: line.serial }),
    ...(line.original === undefined ? undefined : { o: { e: line.original.entry, n: line.original.line } }),
  };
};

/** What a discount takes from an amount: never more than is there, nothing from what is not positive. */
const reduction = (discount: Discount, amount: number): number => {
  if (amount <= 0) return 0;
  const wanted = 'amount' in discount ? discount.amount : rateOf(amount, discount.rate);
  return Math.max(0, Math.min(wanted, amount));
};

const shareOf = (discount: Discount, amount: number): DiscountShare =>
  discount.reason === undefined
    ? { src: discount.source, a: amount }
    : { src: discount.source, why: discount.reason, a: amount };

/** A discount of the whole sale, shared over its lines by their gross; a share never exceeds its line. */
const shareDiscount = (lines: PricedLine[], discount: Discount): void => {
  const weights = lines.map((line) => Math.max(0, line.g));
  const amount = reduction(
    discount,
    weights.reduce((sum, weight) => sum + weight, 0),
  );
  if (amount === 0) return;
  allocate(amount, weights).forEach((share, index) => {
    const line = lines[index];
    if (!line || share === 0) return;
    (line.ds ??= []).push(shareOf(discount, share));
    line.g -= share;
  });
};

const extractTax = (gross: number, group: TaxGroup): TaxAmount[] => {
  const [first, second] = group.components;
  if (!first) return [];
  if (!second) {
    const amount = taxInside(gross, first.rate);
    return [{ c: first.code, r: first.rate, b: gross - amount, a: amount }];
  }
  const rates = group.components.map((component) => component.rate);
  const tax = taxInside(
    gross,
    rates.reduce((sum, rate) => sum + rate, 0),
  );
  const amounts = allocate(tax, rates);
  return group.components.map((component, index) => ({
    c: component.code,
    r: component.rate,
    b: gross - tax,
    a: amounts[index] ?? 0,
  }));
};

const addLine = (totals: PricedTotals, line: PricedLine): void => {
  let tax = 0;
  for (const component of line.x) {
    tax += component.a;
    addTax(totals.tax, component.c, component.r, component.b, component.a);
  }
  for (const share of line.ds ?? []) totals.disc += share.a;
  totals.net += line.g - tax;
  totals.gross += line.g;
};
