import { isRecord } from '../journal/read-line.ts';

/** Highest receipt number that is believed: a line that claims more would cost memory. */
const MAX_RECEIPT = 100_000_000;

/** Which receipt numbers were seen in each series, one bit each: gapless means 1 … highest, all of them. */
export class ReceiptCheck {
  readonly #series = new Map<string, { bits: Uint8Array; highest: number; count: number }>();

  /** Takes a parsed line; only sales and returns issue receipts. A cloned till issues a number twice: seen is seen. */
  add(kind: string | null, chain: string, value: unknown): void {
    if ((kind !== 'sale' && kind !== 'return') || !isRecord(value) || !isRecord(value['r'])) return;
    const { s: series, n: number } = value['r'];
    if (typeof series !== 'string' || !Number.isSafeInteger(number)) return;
    const at = number as number;
    if (at < 1 || at > MAX_RECEIPT) return;
    const key = `${chain}/${series}`;
    const seen = this.#series.get(key) ?? { bits: new Uint8Array(128), highest: 0, count: 0 };
    this.#series.set(key, seen);
    if (at >> 3 >= seen.bits.length) seen.bits = grown(seen.bits, (at >> 3) + 1);
    const [byte, bit] = [at >> 3, 1 << (at & 7)];
    if (((seen.bits[byte] ?? 0) & bit) !== 0) return;
    seen.bits[byte] = (seen.bits[byte] ?? 0) | bit;
    seen.count += 1;
    seen.highest = Math.max(seen.highest, at);
  }

  /** Series with holes, as text for a person. */
  holes(): string[] {
    return [...this.#series]
      .filter(([, { highest, count }]) => highest !== count)
      .map(([key, { highest, count }]) => `${key}: ${highest - count} missing up to ${highest}`);
  }
}

function grown(bits: Uint8Array, atLeast: number): Uint8Array {
  const larger = new Uint8Array(Math.max(bits.length * 2, atLeast));
  larger.set(bits);
  return larger;
}
