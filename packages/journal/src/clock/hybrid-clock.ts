/**
 * Hybrid logical clock `[wall milliseconds, counter]`: never runs backwards on one device, passes whatever it has seen,
 * and stays close to wall time. The terminal id breaks ties between devices.
 */
export type HybridTime = readonly [wallMs: number, counter: number];

/** How far a foreign clock may run ahead of ours and still be merged. */
export const MAX_DRIFT_MS = 5 * 60_000;

/** The time of an event on this device. */
export const tick = (last: HybridTime, nowMs: number): HybridTime =>
  nowMs > last[0] ? [nowMs, 0] : [last[0], last[1] + 1];

/**
 * Our clock after seeing a foreign time. One too far ahead of our wall clock is not merged (`merged: false`), or one
 * device with a wrong year would set the whole branch's clocks to it; what it wrote is kept all the same.
 */
export const observe = (
  last: HybridTime,
  seen: HybridTime,
  nowMs: number,
  maxDriftMs: number = MAX_DRIFT_MS,
): { readonly clock: HybridTime; readonly merged: boolean } => {
  if (seen[0] > nowMs + maxDriftMs) return { clock: tick(last, nowMs), merged: false };
  const wall = Math.max(last[0], seen[0], nowMs);
  const counter = Math.max(wall === last[0] ? last[1] + 1 : 0, wall === seen[0] ? seen[1] + 1 : 0);
  return { clock: [wall, counter], merged: true };
};

/** Negative where `a` comes first. */
export const compareTimes = (a: HybridTime, b: HybridTime): number => a[0] - b[0] || a[1] - b[1];
