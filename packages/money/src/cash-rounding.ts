import { divideHalfUp } from './integer.ts';

/**
 * Smallest amount that can be paid in cash, in minor units, where coins of the minor unit are out of use. A chain may
 * set another; what is not named here is 1: no rounding.
 */
const CASH_INCREMENTS: Readonly<Record<string, number>> = {
  AUD: 5,
  CAD: 5,
  CHF: 5,
  CZK: 100,
  DKK: 50,
  HUF: 500,
  NOK: 100,
  NZD: 10,
  SEK: 100,
  ZAR: 10,
};

export const cashIncrementOf = (currency: string): number => CASH_INCREMENTS[currency] ?? 1;

/** The amount that is paid in cash: the nearest multiple of `increment`, ties away from zero. */
export const roundCash = (amount: number, increment: number): number =>
  increment === 1 ? amount : divideHalfUp(amount, increment) * increment;
