/** Milliseconds by which a zone is ahead of UTC at an instant (epoch milliseconds). */
export function zoneOffsetMs(zone: string, at: number): number {
  const parts = formatFor(zone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - Math.trunc(at / 1000) * 1000;
}

/**
 * The instant at which a wall clock in the zone shows this time, given as if it were UTC (epoch milliseconds). Where
 * clocks go back it is the first of the two; a time that clocks skip becomes the one as much later.
 */
export function instantOf(wallMs: number, zone: string): number {
  const before = wallMs - zoneOffsetMs(zone, wallMs - 86_400_000);
  const after = wallMs - zoneOffsetMs(zone, wallMs + 86_400_000);
  const shows = (at: number): boolean => at + zoneOffsetMs(zone, at) === wallMs;
  if (shows(before)) return before;
  return shows(after) ? after : before;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}
