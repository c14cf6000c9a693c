import type { hourTotalRow } from '@nexus/contracts';
import type { z } from 'zod';

export type HourTotalRow = z.infer<typeof hourTotalRow>;

/** One hour of a business day; 25 is one o'clock in the night that still belongs to it. */
export interface HourPoint {
  readonly hour: number;
  /** Minor units: sales less returns and voids. */
  readonly today: number;
  readonly yesterday: number;
}

/** A shop's day, so that a quiet chart has the shape of one. */
const OPENS = 8;
const CLOSES = 20;
/** A clock that was far off must not stretch the chart. */
const FIRST = -4;
const LAST = 35;

/** The hours of a day beside those of the day before, from the first that sold anything to the last. */
export const hourSeries = (rows: readonly HourTotalRow[], date: string, currency: string): HourPoint[] => {
  const own = rows.filter((row) => row.currency === currency && row.hour >= FIRST && row.hour <= LAST);
  const hours = own.map(({ hour }) => hour);
  const [from, to] = [Math.min(OPENS, ...hours), Math.max(CLOSES, ...hours)];
  const net = (hour: number, today: boolean): number =>
    own
      .filter((row) => row.hour === hour && (row.businessDate === date) === today)
      .reduce((sum, row) => sum + row.net, 0);
  return Array.from({ length: to - from + 1 }, (_, at) => {
    const hour = from + at;
    return { hour, today: net(hour, true), yesterday: net(hour, false) };
  });
};

/** The hour as a clock shows it. */
export const hourOnWall = (hour: number): number => ((hour % 24) + 24) % 24;
