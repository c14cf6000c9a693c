/** Whole minor units of a currency (cents, pesewas), always a safe integer. */
export type MinorUnits = number;

/** Throws where a value is not a whole number that JavaScript holds exactly: that is a bug, never bad input. */
export const assertSafeInteger = (value: number, what: string): void => {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${what} is not a safe integer: ${value}`);
};

/** `a × b ÷ divisor`, exact, ties away from zero (half up for what is positive). `divisor` > 0. */
export const multiplyDivide = (a: number, b: number, divisor: number): number => {
  const product = a * b;
  return product <= Number.MAX_SAFE_INTEGER && product >= -Number.MAX_SAFE_INTEGER
    ? divideHalfUp(product, divisor)
    : multiplyDivideBig(a, b, divisor);
};

/** `value ÷ divisor` rounded half up, ties away from zero. Remainder first: both steps are then exact. */
export const divideHalfUp = (value: number, divisor: number): number => {
  if (value < 0) return -divideHalfUp(-value, divisor) + 0;
  const remainder = value % divisor;
  const quotient = (value - remainder) / divisor;
  return remainder >= divisor - remainder ? quotient + 1 : quotient;
};

/** The same for products beyond 2^53. Throws `RangeError` where the result itself is beyond. */
const multiplyDivideBig = (a: number, b: number, divisor: number): number => {
  assertSafeInteger(a, 'factor');
  assertSafeInteger(b, 'factor');
  const product = BigInt(a) * BigInt(b);
  const size = product < 0n ? -product : product;
  const by = BigInt(divisor);
  const quotient = Number((size * 2n + by) / (by * 2n));
  assertSafeInteger(quotient, 'result');
  return product < 0n ? -quotient : quotient;
};

/** 10^exponent for 0 … 15. */
export const powerOfTen = (exponent: number): number => {
  const power = POWERS[exponent];
  if (power === undefined) throw new RangeError(`no power of ten for ${exponent}`);
  return power;
};
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/** A whole number of 10^-from units as whole 10^-to units, half up where precision is lost. */
export const rescale = (value: number, from: number, to: number): number =>
  from <= to ? multiplyDivide(value, powerOfTen(to - from), 1) : divideHalfUp(value, powerOfTen(from - to));
