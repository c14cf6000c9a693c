import { describe, expect, test } from '@jest/globals';
import { hourOnWall, hourSeries, type HourTotalRow } from './hour-figures.ts';

const row = (businessDate: string, hour: number, net: number, currency = 'GHS'): HourTotalRow => ({
  businessDate,
  hour,
  currency,
  transactions: 1,
  net,
});

describe('the hours of a day', () => {
  test('stand beside those of the day before', () => {
    const series = hourSeries(
      [row('2026-11-20', 9, 5), row('2026-11-21', 9, 7), row('2026-11-21', 10, 1)],
      '2026-11-21',
      'GHS',
    );
    expect(series.map(({ hour }) => hour)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    expect(series.slice(0, 3)).toEqual([
      { hour: 8, today: 0, yesterday: 0 },
      { hour: 9, today: 7, yesterday: 5 },
      { hour: 10, today: 1, yesterday: 0 },
    ]);
  });

  test('reach as far as anything was sold, past midnight too, but not to a clock gone wrong', () => {
    const rows = [row('2026-11-21', 6, 1), row('2026-11-21', 25, 1), row('2026-11-21', 70, 1)];
    const hours = hourSeries(rows, '2026-11-21', 'GHS').map(({ hour }) => hour);
    expect([hours[0], hours.at(-1)]).toEqual([6, 25]);
    expect([hourOnWall(25), hourOnWall(-1), hourOnWall(9)]).toEqual([1, 23, 9]);
  });

  test('are of one currency', () => {
    expect(hourSeries([row('2026-11-21', 9, 7, 'EUR')], '2026-11-21', 'GHS').every(({ today }) => today === 0)).toBe(
      true,
    );
  });
});
