import { divideHalfUp, multiplyDivide, powerOfTen, roundCash } from '@nexus/money';
import { QUANTITY_SCALE, RATE_SCALE, type TaxAmount } from '../shapes.ts';

export const CASH = 'cash';

/** Unit price × quantity in minor units, half up. `scale` and `exponent`: decimals of the price and of the currency. */
export const extendLine = (unitPrice: number, quantity: number, scale: number, exponent: number): number =>
  scale === exponent
    ? multiplyDivide(unitPrice, quantity, QUANTITY_SCALE)
    : scale > exponent
      ? multiplyDivide(unitPrice, quantity, QUANTITY_SCALE * powerOfTen(scale - exponent))
      : multiplyDivide(multiplyDivide(unitPrice, powerOfTen(exponent - scale), 1), quantity, QUANTITY_SCALE);

/** The tax inside a gross amount, given the sum of the rates charged on its net: half up. */
export const taxInside = (gross: number, rate: number): number =>
  rate === 0 ? 0 : multiplyDivide(gross, rate, RATE_SCALE + rate);

/** Adds a line's tax component to the sale's, by code and rate, in order of first appearance. */
export const addTax = (taxes: TaxAmount[], code: string, rate: number, base: number, amount: number): void => {
  for (const tax of taxes) {
    if (tax.c === code && tax.r === rate) {
      tax.b += base;
      tax.a += amount;
      return;
    }
  }
  taxes.push({ c: code, r: rate, b: base, a: amount });
};

/** What cash rounding adds (signed) when all but `otherTenders` of a gross amount is paid in cash. */
export const cashRounding = (gross: number, otherTenders: number, increment: number): number => {
  const rest = gross - otherTenders;
  return roundCash(rest, increment) - rest + 0;
};

/** A rate of an amount, half up. */
export const rateOf = (amount: number, rate: number): number =>
  amount * rate <= Number.MAX_SAFE_INTEGER
    ? divideHalfUp(amount * rate, RATE_SCALE)
    : multiplyDivide(amount, rate, RATE_SCALE);
