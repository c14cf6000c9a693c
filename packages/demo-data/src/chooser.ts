import type { SeededRandom } from './seeded-random.ts';

/** Picks one of many, each as often as its weight says. Throws for none. */
export function chooser<T>(all: readonly T[], weightOf: (one: T) => number): (random: SeededRandom) => T {
  let sum = 0;
  const ends = all.map((one) => (sum += weightOf(one)));
  return (random) => {
    const at = random.next() * sum;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    const found = all[low];
    if (found === undefined) throw new RangeError('nothing to choose from');
    return found;
  };
}
