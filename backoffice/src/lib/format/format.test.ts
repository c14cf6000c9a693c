import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { money, moneyCompact, unitPrice } from './money.ts';
import { change, count, quantity, rate, shortHash } from './number.ts';
import {
  addDays,
  ago,
  businessDateAt,
  dateTime,
  daysBetween,
  exactTime,
  longDay,
  timeOfDay,
  weekday,
  zoneOfOffset,
} from './time.ts';

describe('money', () => {
  test('the currency says how many decimals its minor unit has', () => {
    expect(money(123_456, 'GHS', 'en-GH')).toBe('GH₵1,234.56');
    expect(money(123_456, 'JPY', 'en-US')).toBe('¥123,456');
    expect(money(123_456, 'KWD', 'en-US').replace(/\u00a0/g, ' ')).toBe('KWD 123.456');
    expect(money(-5, 'GHS', 'en-GH')).toBe('-GH₵0.05');
  });

  test('every amount is shown to its last unit, also beyond what a fraction holds', () => {
    expect(money(Number.MAX_SAFE_INTEGER, 'USD', 'en-US')).toBe('$90,071,992,547,409.91');
  });

  test('a code that is not known is shown bare, not guessed', () => {
    expect(money(1250, 'XXX', 'en')).toBe('XXX 1250');
    expect(unitPrice(1250, 4, 'XXX', 'en')).toBe('XXX 1250');
    expect(moneyCompact(1250, 'XXX', 'en')).toBe('XXX 1250');
  });

  test('a unit price keeps its finer scale', () => {
    expect(unitPrice(12_345, 4, 'USD', 'en-US')).toBe('$1.2345');
    expect(unitPrice(12_300, 4, 'USD', 'en-US')).toBe('$1.23');
    expect(unitPrice(123, null, 'USD', 'en-US')).toBe('$1.23');
    expect(unitPrice(5, 0, 'USD', 'en-US')).toBe('$5.00');
  });

  test('the axis of a chart is short', () => {
    expect(moneyCompact(1_250_000, 'USD', 'en-US')).toBe('$12.5K');
  });
});

describe('numbers', () => {
  test('quantities are thousandths, pieces go without saying', () => {
    expect(quantity(2000, 'ea', 'en')).toBe('2');
    expect(quantity(1500, 'kg', 'en')).toBe('1.5 kg');
    expect(quantity(-125, null, 'en')).toBe('-0.125');
    expect(quantity(1_234_000, undefined, 'de')).toBe('1.234');
  });

  test('rates are millionths', () => {
    expect(rate(150_000, 'en')).toBe('15%');
    expect(rate(21_250, 'en')).toBe('2.125%');
  });

  test('a change needs something to compare with', () => {
    expect(change(110, 100, 'en')).toBe('+10%');
    expect(change(90, 100, 'en')).toBe('-10%');
    expect(change(100, 100, 'en')).toBe('0%');
    expect(change(100, 0, 'en')).toBeNull();
    expect(change(100, -5, 'en')).toBeNull();
  });

  test('counts and hashes', () => {
    expect(count(12_345, 'en')).toBe('12,345');
    expect(shortHash('a'.repeat(58) + 'bcdefg')).toBe('aaaaaaaa…bcdefg');
    expect(shortHash('short')).toBe('short');
  });
});

describe('times', () => {
  const at = Date.parse('2026-11-21T23:30:00Z');

  test('are those on the branch’s wall, whatever zone the reader is in', () => {
    expect(timeOfDay(at, 'Africa/Accra', 'en-GB')).toBe('23:30');
    expect(timeOfDay(at, 'Africa/Nairobi', 'en-GB')).toBe('02:30');
    expect(dateTime(at, 'Africa/Nairobi', 'en-GB')).toBe('22 Nov 2026, 02:30');
    expect(exactTime(at, 'Africa/Nairobi', 'en-GB')).toContain('02:30:00');
  });

  test('an unknown branch’s are shown at the offset that the entry carries', () => {
    expect(zoneOfOffset(330)).toBe('+05:30');
    expect(zoneOfOffset(-570)).toBe('-09:30');
    expect(zoneOfOffset(0)).toBe('+00:00');
    expect(timeOfDay(at, zoneOfOffset(330), 'en-GB')).toBe('05:00');
  });

  test('a calendar date is the same day in every zone', () => {
    expect(longDay('2026-11-21', 'en-GB')).toBe('Saturday, 21 November 2026');
    expect(weekday('2026-11-21', 'en-GB')).toBe('Saturday');
  });

  test('the business date changes at the branch’s cut-off, not at midnight', () => {
    expect(businessDateAt(at, 'Africa/Accra', 0)).toBe('2026-11-21');
    expect(businessDateAt(at, 'Africa/Nairobi', 0)).toBe('2026-11-22');
    expect(businessDateAt(at, 'Africa/Nairobi', 150)).toBe('2026-11-22');
    expect(businessDateAt(at, 'Africa/Nairobi', 151)).toBe('2026-11-21');
    expect(businessDateAt(Date.parse('2026-03-01T00:30:00Z'), 'UTC', 60)).toBe('2026-02-28');
  });

  test('days are counted over months, years and changes of summer time', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(daysBetween('2026-03-28', '2026-03-30')).toEqual(['2026-03-28', '2026-03-29', '2026-03-30']);
    expect(daysBetween('2026-03-30', '2026-03-28')).toEqual([]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 400 }), (start, days) => {
        const from = new Date(start * 86_400_000).toISOString().slice(0, 10);
        const all = daysBetween(from, addDays(from, days));
        expect(all).toHaveLength(days + 1);
        expect(addDays(all.at(-1) ?? '', -days)).toBe(from);
      }),
    );
  });

  test('how long ago, in the largest whole unit; a clock that runs ahead counts as now', () => {
    const minutes = (n: number) => at - n * 60_000;
    expect(ago(minutes(0.5), at, 'en')).toBe('now');
    expect(ago(minutes(-10), at, 'en')).toBe('now');
    expect(ago(minutes(5), at, 'en')).toBe('5 minutes ago');
    expect(ago(minutes(179), at, 'en')).toBe('2 hours ago');
    expect(ago(minutes(26 * 60), at, 'en')).toBe('yesterday');
    expect(ago(minutes(72 * 60), at, 'en')).toBe('3 days ago');
  });
});
