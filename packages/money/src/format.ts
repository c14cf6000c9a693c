import { exponentOf } from './currency.ts';
import { toDecimal } from './decimal.ts';

const MAX_FORMATTERS = 64;
const formatters = new Map<string, Intl.NumberFormat>();

const formatterFor = (currency: string, locale: string): Intl.NumberFormat => {
  const key = `${locale} ${currency}`;
  const known = formatters.get(key);
  if (known) return known;
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  const digits = exponentOf(currency);
  const made = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  formatters.set(key, made);
  return made;
};

/** Minor units as people of the locale read them: `(123456, 'GHS', 'en-GH')` → `GH₵1,234.56`. Exact for every amount. */
export const formatMoney = (minor: number, currency: string, locale: string): string =>
  // Given as decimal text, which Intl formats without passing through a binary fraction.
  formatterFor(currency, locale).format(toDecimal(minor, exponentOf(currency)) as Intl.StringNumericLiteral);
