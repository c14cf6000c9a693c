import { exponentOf, formatMoney, isCurrency, toDecimal } from '@nexus/money';
import { readerLocale } from './locale.ts';

type Literal = Intl.StringNumericLiteral;

/** Whole minor units as the reader writes them; a code that is not known here is shown with its bare units, never guessed. */
export const money = (minor: number, currency: string, locale: string = readerLocale()): string =>
  isCurrency(currency) ? formatMoney(minor, currency, locale) : `${currency} ${minor}`;

/** Short, for the axis of a chart: `GH₵12K`. */
export const moneyCompact = (minor: number, currency: string, locale: string = readerLocale()): string =>
  isCurrency(currency)
    ? new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        currencyDisplay: 'narrowSymbol',
        notation: 'compact',
        maximumFractionDigits: 1,
        minimumFractionDigits: 0,
      }).format(toDecimal(minor, exponentOf(currency)) as Literal)
    : `${currency} ${minor}`;

/** A price of one unit: whole units of 10^-`scale` of the currency; null: the currency's own minor unit. */
export const unitPrice = (
  price: number,
  scale: number | null,
  currency: string,
  locale: string = readerLocale(),
): string => {
  if (!isCurrency(currency) || scale === null) return money(price, currency, locale);
  const exponent = exponentOf(currency);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: exponent,
    maximumFractionDigits: Math.max(exponent, scale),
  }).format(toDecimal(price, scale) as Literal);
};
