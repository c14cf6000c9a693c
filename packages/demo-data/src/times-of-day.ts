import { chooser } from './chooser.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Sales by hour of the day: lunch and the way home from work are the rush. */
const WEEKDAY = [
  [8, 4],
  [9, 5],
  [10, 6],
  [11, 7],
  [12, 10],
  [13, 9],
  [14, 6],
  [15, 6],
  [16, 8],
  [17, 13],
  [18, 14],
  [19, 9],
  [20, 4],
] as const;
/** On Sundays the doors open after church. */
const SUNDAY = [
  [13, 10],
  [14, 12],
  [15, 11],
  [16, 10],
  [17, 8],
  [18, 5],
] as const;

const two = (value: number): string => String(value).padStart(2, '0');

/** Times at which people pay, `HH:MM:SS`, in order. */
export function timesOfDay(count: number, sunday: boolean, random: SeededRandom): string[] {
  const hour = chooser<readonly [number, number]>(sunday ? SUNDAY : WEEKDAY, ([, weight]) => weight);
  const times = Array.from(
    { length: count },
    () => `${two(hour(random)[0])}:${two(random.whole(0, 59))}:${two(random.whole(0, 59))}`,
  );
  return times.sort();
}
