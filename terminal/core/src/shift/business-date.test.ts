import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { businessDateAt, utcOffsetMinutes } from './business-date.ts';

const at = (instant: string): number => Date.parse(instant);

describe('the offset of a zone', () => {
  test.each([
    ['Africa/Accra', '2026-07-01T12:00:00Z', 0],
    ['Europe/London', '2010-12-01T08:26:00Z', 0],
    ['Europe/London', '2011-06-01T08:26:00Z', 60],
    ['America/New_York', '2026-03-08T06:59:59Z', -300],
    ['America/New_York', '2026-03-08T07:00:00Z', -240],
    ['Asia/Kathmandu', '2026-03-08T07:00:00Z', 345],
    ['Pacific/Kiritimati', '2026-03-08T07:00:00Z', 840],
    ['Pacific/Pago_Pago', '2026-03-08T07:00:00Z', -660],
  ])('%s at %s is %d minutes', (zone, instant, minutes) => {
    expect(utcOffsetMinutes(zone, at(instant))).toBe(minutes);
  });
});

describe('the business date', () => {
  test.each([
    ['2026-03-02T23:59:00Z', 'Africa/Accra', 0, '2026-03-02'],
    ['2026-03-03T00:00:00Z', 'Africa/Accra', 0, '2026-03-03'],
    ['2026-03-03T03:59:00Z', 'Africa/Accra', 240, '2026-03-02'],
    ['2026-03-03T04:00:00Z', 'Africa/Accra', 240, '2026-03-03'],
    ['2026-03-02T23:30:00Z', 'Asia/Kathmandu', 0, '2026-03-03'],
    ['2026-01-01T04:30:00Z', 'America/New_York', 0, '2025-12-31'],
  ])('of %s in %s with cut-off %d is %s', (instant, zone, cutoff, date) => {
    expect(businessDateAt(at(instant), zone, cutoff)).toBe(date);
  });

  test('never goes back in time, but for the hour that is put back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('2000-01-01T00:00:00Z'), max: at('2060-01-01T00:00:00Z') }),
        fc.integer({ min: 3_600_000, max: 90_000_000 }),
        fc.constantFrom('Europe/London', 'America/Santiago', 'Africa/Accra', 'Australia/Lord_Howe'),
        fc.nat(1439),
        (start, later, zone, cutoff) => {
          expect(businessDateAt(start + later, zone, cutoff) >= businessDateAt(start, zone, cutoff)).toBe(true);
        },
      ),
    );
  });
});
