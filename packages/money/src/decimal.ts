import { assertSafeInteger, powerOfTen } from './integer.ts';

const PLAIN_DECIMAL = /^([+-]?)(\d{1,20})(?:\.(\d{0,30}))?$/;

/**
 * A plain decimal (`12`, `-3.5`, `2.345`; no exponent, no grouping) as whole 10^-scale units, rounded half up (ties
 * away from zero). Read digit by digit, so that `1.005` rounds as it is written. Null: not such a number, or too large.
 */
export const parseDecimal = (text: string, scale: number): number | null => {
  const match = PLAIN_DECIMAL.exec(text.trim());
  if (!match) return null;
  const [, sign, whole = '', fraction = ''] = match;
  const kept = fraction.slice(0, scale).padEnd(scale, '0');
  const roundsUp = fraction.length > scale && fraction.charCodeAt(scale) >= 53; // '5'
  const size = BigInt(whole + kept) + (roundsUp ? 1n : 0n);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  return sign === '-' ? -Number(size) + 0 : Number(size);
};

/** Whole 10^-scale units as a plain decimal, every decimal written: `(250, 2)` → `2.50`. */
export const toDecimal = (value: number, scale: number): string => {
  assertSafeInteger(value, 'amount');
  const size = Math.abs(value);
  const sign = value < 0 ? '-' : '';
  if (scale === 0) return `${sign}${size}`;
  const fraction = size % powerOfTen(scale);
  return `${sign}${(size - fraction) / powerOfTen(scale)}.${String(fraction).padStart(scale, '0')}`;
};
