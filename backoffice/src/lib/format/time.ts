import { readerLocale } from './locale.ts';

const DAY_MS = 86_400_000;
const MAX_FORMATTERS = 64;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs more than using it a thousand times: a list of sales would make one a row. */
const formatter = (locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formatters.get(key);
  if (known) return known;
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  const made = new Intl.DateTimeFormat(locale, options);
  formatters.set(key, made);
  return made;
};

/** An offset in minutes east as a zone that Intl knows: 330 → `+05:30`. For rows whose branch is not known here. */
export const zoneOfOffset = (minutes: number): string => {
  const all = Math.abs(minutes);
  const part = (value: number) => String(Math.trunc(value)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${part(all / 60)}:${part(all % 60)}`;
};

/** Time of day on the branch's wall. */
export const timeOfDay = (at: number, zone: string, locale: string = readerLocale()): string =>
  formatter(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(at);

/** An hour of the day by itself: 9 is `09:00`, 25 is `01:00`. */
export const hourLabel = (hour: number, locale: string = readerLocale()): string =>
  timeOfDay(hour * 3_600_000, 'UTC', locale);

/** Date and time on the branch's wall. */
export const dateTime = (at: number, zone: string, locale: string = readerLocale()): string =>
  formatter(locale, {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);

/** With seconds and the zone's name, for one entry's own page. */
export const exactTime = (at: number, zone: string, locale: string = readerLocale()): string =>
  formatter(locale, {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(at);

/** A calendar date (`YYYY-MM-DD`) has no zone: it is read and written in UTC, so that no zone can shift it. */
const utc = (date: string): number => Date.parse(`${date}T00:00:00Z`);

export const longDay = (date: string, locale: string = readerLocale()): string =>
  formatter(locale, { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(
    utc(date),
  );
export const mediumDay = (date: string, locale: string = readerLocale()): string =>
  formatter(locale, { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(
    utc(date),
  );
export const shortDay = (date: string, locale: string = readerLocale()): string =>
  formatter(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' }).format(utc(date));
export const weekday = (date: string, locale: string = readerLocale()): string =>
  formatter(locale, { timeZone: 'UTC', weekday: 'long' }).format(utc(date));

export const addDays = (date: string, days: number): string =>
  new Date(utc(date) + days * DAY_MS).toISOString().slice(0, 10);

/** Every date from `from` to `to`, both included. */
export const daysBetween = (from: string, to: string): string[] => {
  const days = Math.round((utc(to) - utc(from)) / DAY_MS);
  return Array.from({ length: Math.max(0, days + 1) }, (_, index) => addDays(from, index));
};

/**
 * Business date of an instant in a branch: the calendar date on its wall, the day before until `cutoffMinutes` after
 * midnight.
 */
export const businessDateAt = (at: number, zone: string, cutoffMinutes: number): string => {
  const parts = new Map(
    formatter('en-CA-u-hc-h23', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
  const minutes = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  return minutes < cutoffMinutes ? addDays(date, -1) : date;
};

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', DAY_MS],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** How long ago, in the largest whole unit: `3 hours ago`; under a minute `now`. A clock that runs ahead counts as now. */
export const ago = (at: number, now: number, locale: string = readerLocale()): string => {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const passed = Math.max(0, now - at);
  const step = STEPS.find(([, size]) => passed >= size);
  return step === undefined ? format.format(0, 'second') : format.format(-Math.floor(passed / step[1]), step[0]);
};
