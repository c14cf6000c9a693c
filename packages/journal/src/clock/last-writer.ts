import { compareTimes, type HybridTime } from './hybrid-clock.ts';

/** A value with the moment and the device at which it was written. */
export interface Written<T> {
  readonly value: T;
  readonly at: HybridTime;
  readonly by: string;
}

/** The later of two writes, the device id breaking ties: commutative, associative, idempotent. */
export const laterWrite = <T>(a: Written<T>, b: Written<T>): Written<T> => {
  const order = compareTimes(a.at, b.at);
  return order > 0 || (order === 0 && a.by >= b.by) ? a : b;
};
