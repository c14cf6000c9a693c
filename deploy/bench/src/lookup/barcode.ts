/** Internal EAN-13: prefix 29, the product's number, check digit. */
export function barcode(n: number): string {
  const digits = `29${String(n).padStart(10, '0')}`;
  const sum = Array.from(digits).reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
