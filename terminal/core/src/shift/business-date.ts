const MINUTE_MS = 60_000;
/** Offsets change on quarter hours only, in every zone. */
const QUARTER_MS = 15 * MINUTE_MS;
const MAX_KNOWN = 512;

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

const formatFor = (zone: string): Intl.DateTimeFormat => {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
};

/** Minutes east of UTC in an IANA zone at an instant. */
export const utcOffsetMinutes = (zone: string, atMs: number): number => {
  const quarter = Math.floor(atMs / QUARTER_MS);
  const key = `${zone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  if (offsets.size >= MAX_KNOWN) offsets.clear();
  const start = quarter * QUARTER_MS;
  const parts = new Map(
    formatFor(zone)
      .formatToParts(start)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  const offset = (local - start) / MINUTE_MS;
  offsets.set(key, offset);
  return offset;
};

/** The business date (`YYYY-MM-DD`) of an instant: the local calendar day, which begins `cutoffMinutes` after midnight. */
export const businessDateAt = (atMs: number, zone: string, cutoffMinutes: number): string =>
  new Date(atMs + (utcOffsetMinutes(zone, atMs) - cutoffMinutes) * MINUTE_MS).toISOString().slice(0, 10);
