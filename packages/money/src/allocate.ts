import { assertSafeInteger } from './integer.ts';

/**
 * Splits a whole total over weights by largest remainder: the shares add up to the total exactly and each is within one
 * unit of its exact share; equal remainders are served in order. Weights are whole and not negative; where all are 0
 * they count as equal. No weights: no shares, and then the total must be 0.
 */
export const allocate = (total: number, weights: readonly number[]): number[] => {
  assertSafeInteger(total, 'total');
  if (weights.length === 0) {
    if (total !== 0) throw new RangeError('nothing to allocate over');
    return [];
  }
  if (total < 0) return allocate(-total, weights).map((share) => -share + 0);
  let sum = 0;
  let largest = 0;
  for (const weight of weights) {
    assertSafeInteger(weight, 'weight');
    if (weight < 0) throw new RangeError('a weight is negative');
    sum += weight;
    if (weight > largest) largest = weight;
  }
  if (sum === 0)
    return allocate(
      total,
      weights.map(() => 1),
    );
  return total * largest <= Number.MAX_SAFE_INTEGER && sum <= Number.MAX_SAFE_INTEGER
    ? allocateSmall(total, weights, sum)
    : allocateBig(total, weights);
};

const allocateSmall = (total: number, weights: readonly number[], sum: number): number[] => {
  const remainders: number[] = new Array<number>(weights.length);
  let left = total;
  const shares = weights.map((weight, index) => {
    const product = total * weight;
    const remainder = product % sum;
    const share = (product - remainder) / sum;
    remainders[index] = remainder;
    left -= share;
    return share;
  });
  return give(shares, left, (a, b) => (remainders[b] ?? 0) - (remainders[a] ?? 0));
};

const allocateBig = (total: number, weights: readonly number[]): number[] => {
  const by = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  const products = weights.map((weight) => BigInt(total) * BigInt(weight));
  const shares = products.map((product) => Number(product / by));
  const remainders = products.map((product) => product % by);
  const given = shares.reduce((sum, share) => sum + BigInt(share), 0n);
  return give(shares, Number(BigInt(total) - given), (a, b) => {
    const difference = (remainders[b] ?? 0n) - (remainders[a] ?? 0n);
    return difference > 0n ? 1 : difference < 0n ? -1 : 0;
  });
};

/** Gives the units that are left, one each, in the order of the largest remainder; sorting is stable. */
const give = (shares: number[], left: number, byRemainder: (a: number, b: number) => number): number[] => {
  if (left === 0) return shares;
  const order = shares.map((_, index) => index).sort(byRemainder);
  for (let i = 0; i < left; i++) {
    const index = order[i] ?? 0;
    shares[index] = (shares[index] ?? 0) + 1;
  }
  return shares;
};
