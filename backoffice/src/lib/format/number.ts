import { QUANTITY_SCALE, RATE_SCALE } from '@nexus/contracts';
import { readerLocale } from './locale.ts';

export const count = (value: number, locale: string = readerLocale()): string =>
  new Intl.NumberFormat(locale).format(value);

/** Thousandths of a unit: `1500, 'kg'` → `1.5 kg`. Pieces (`ea`) go without saying. */
export const quantity = (thousandths: number, unit?: string | null, locale: string = readerLocale()): string => {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }).format(thousandths / QUANTITY_SCALE);
  return unit === undefined || unit === null || unit === 'ea' ? number : `${number} ${unit}`;
};

/** Millionths: 150000 → `15%`. */
export const rate = (millionths: number, locale: string = readerLocale()): string =>
  new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 4 }).format(millionths / RATE_SCALE);

/** How far `now` is from `before`, as a signed percentage; null where there is nothing to compare with. */
export const change = (now: number, before: number, locale: string = readerLocale()): string | null =>
  before <= 0
    ? null
    : new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' }).format(
        (now - before) / before,
      );

/** The first and last of a long hexadecimal text, enough to compare by eye. */
export const shortHash = (hash: string): string => (hash.length <= 16 ? hash : `${hash.slice(0, 8)}…${hash.slice(-6)}`);
