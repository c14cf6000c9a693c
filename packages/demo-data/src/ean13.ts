/** Check digit of the twelve digits before it: weights 1 and 3 in turn, filled up to the next ten. */
function checkDigit(twelve: string): number {
  let sum = 0;
  for (let at = 0; at < 12; at += 1) sum += Number(twelve[at]) * (at % 2 === 0 ? 1 : 3);
  return (10 - (sum % 10)) % 10;
}

/**
 * A shop's own EAN-13: `prefix` 20–29 is kept free by GS1 for numbers that mean something inside one company only.
 * `item` is 0 … 9,999,999,999.
 */
export function ean13(prefix: number, item: number): string {
  if (!Number.isInteger(prefix) || prefix < 20 || prefix > 29)
    throw new RangeError(`${prefix} is not an internal prefix`);
  if (!Number.isInteger(item) || item < 0 || item >= 1e10) throw new RangeError(`${item} is not an item number`);
  const twelve = `${prefix}${String(item).padStart(10, '0')}`;
  return `${twelve}${checkDigit(twelve)}`;
}

/** Thirteen digits with the right check digit. */
export const isEan13 = (text: string): boolean =>
  /^\d{13}$/.test(text) && checkDigit(text.slice(0, 12)) === Number(text[12]);
