import { describe, expect, test } from '@jest/globals';
import { zoneFor } from './zone-of-country.ts';

/** Countries by their letters, as far as this machine's own list of regions knows them. */
const COUNTRIES = letters().filter((code) => (new Intl.Locale(`und-${code}`).getTimeZones() ?? []).length > 0);
/** Regions without a country of today, and Antarctica and islands where nobody lives. */
const NOBODY_THERE = new Set(['AQ', 'UM', 'CT', 'DD', 'FQ', 'JT', 'MI', 'NQ', 'PC', 'PU', 'PZ', 'SU', 'WK', 'ZR']);

function letters(): string[] {
  const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return alphabet.flatMap((first) => alphabet.map((second) => first + second));
}

describe('the zone of a country’s branches', () => {
  test('is known wherever a chain can be', () => {
    expect(COUNTRIES.length).toBeGreaterThan(240);
    const unknown = COUNTRIES.filter((code) => !NOBODY_THERE.has(code)).filter((code) => {
      try {
        return zoneFor(code, undefined) === '';
      } catch {
        return true;
      }
    });
    expect(unknown).toEqual([]);
  });

  test.each([
    ['GH', 'Africa/Accra'],
    ['GB', 'Europe/London'],
    ['IE', 'Europe/Dublin'],
    ['US', 'America/New_York'],
    ['DE', 'Europe/Berlin'],
    ['ES', 'Europe/Madrid'],
  ])('of %s is %s', (country, zone) => {
    expect(zoneFor(country, undefined)).toBe(zone);
  });

  test('is the one asked for, if there is such a zone', () => {
    expect(zoneFor('GH', 'Asia/Tokyo')).toBe('Asia/Tokyo');
    expect(() => zoneFor('GH', 'Africa/Wakanda')).toThrow('Africa/Wakanda is not an IANA time zone');
  });

  test('is asked for where the country has none or several', () => {
    expect(() => zoneFor('AQ', undefined)).toThrow('give --zone');
  });
});
