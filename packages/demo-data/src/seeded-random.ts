/** Chance that repeats itself: the same seed gives the same numbers on every machine. Not for secrets. */
export interface SeededRandom {
  /** In [0, 1). */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number;
  /** One of them, each as likely as any other. Throws for none. */
  pick<T>(from: readonly T[]): T;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** How many tries fail before one succeeds, at most `max`; the mean is about `mean`. */
  geometric(mean: number, max: number): number;
}

/** The "mulberry32" generator: 32 bits of state, enough for data to look at. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    whole,
    pick: (from) => {
      if (from.length === 0) throw new RangeError('nothing to pick from');
      return from[whole(0, from.length - 1)] as (typeof from)[number];
    },
    chance: (probability) => next() < probability,
    geometric: (mean, max) => Math.min(max, Math.floor(Math.log(1 - next()) / Math.log(mean / (mean + 1)))),
  };
}
