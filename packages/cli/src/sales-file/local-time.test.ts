import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instantOf, zoneOffsetMs } from './local-time.ts';

const wall = (text: string): number => Date.parse(`${text}Z`);

describe('a wall time in a zone', () => {
  test.each([
    ['Africa/Accra', '2026-11-02T08:26:00', '2026-11-02T08:26:00.000Z'],
    ['Europe/London', '2011-01-05T12:00:00', '2011-01-05T12:00:00.000Z'],
    ['Europe/London', '2011-06-05T12:00:00', '2011-06-05T11:00:00.000Z'],
    ['Asia/Kolkata', '2026-01-01T00:00:00', '2025-12-31T18:30:00.000Z'],
    // Clocks go back: 01:30 happens twice, the first one counts. Clocks go forward: 01:30 never happens.
    ['Europe/London', '2010-10-31T01:30:00', '2010-10-31T00:30:00.000Z'],
    ['Europe/London', '2011-03-27T01:30:00', '2011-03-27T01:30:00.000Z'],
  ])('%s %s is %s', (zone, text, instant) => {
    expect(new Date(instantOf(wall(text), zone)).toISOString()).toBe(instant);
  });

  test('is shown by the clocks of the zone at the instant found', () => {
    const minutes = fc.integer({ min: Date.UTC(2000, 0) / 60_000, max: Date.UTC(2040, 0) / 60_000 });
    fc.assert(
      fc.property(minutes, fc.constantFrom('Europe/London', 'America/New_York', 'Africa/Accra'), (minute, zone) => {
        const wallMs = minute * 60_000;
        const at = instantOf(wallMs, zone);
        const shown = at + zoneOffsetMs(zone, at);
        // Only a skipped hour is shown an hour later.
        expect([wallMs, wallMs + 3_600_000]).toContain(shown);
      }),
    );
  });
});
