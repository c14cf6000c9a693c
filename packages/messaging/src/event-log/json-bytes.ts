const FIRST_BYTES = 64 * 1024;
/** A UTF-16 unit is at most three bytes of UTF-8. */
const BYTES_OF_UNIT = 3;

/** Bytes written one after the other, in a buffer that grows. */
class Bytes {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  write(text: string): void {
    const needed = this.#length + text.length * BYTES_OF_UNIT;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** A view of what was written. */
  whole(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  !('toJSON' in value);

/**
 * What `JSON.stringify` says of a value, as UTF-8. The elements of lists in it are written one by one: the facts of
 * hundreds of sales as one text of megabytes would be built, flattened, measured and encoded, each time in new memory.
 */
export function jsonBytes(value: object): Buffer {
  const bytes = new Bytes();
  if (!isPlainObject(value)) {
    bytes.write(JSON.stringify(value));
    return bytes.whole();
  }
  let before = '{';
  for (const [key, field] of Object.entries(value)) {
    const start = `${before}${JSON.stringify(key)}:`;
    if (Array.isArray(field)) {
      bytes.write(`${start}[`);
      for (let i = 0; i < field.length; i += 1) bytes.write(`${i === 0 ? '' : ','}${elementText(field[i])}`);
      bytes.write(']');
    } else {
      const text = JSON.stringify(field) as string | undefined;
      if (text === undefined) continue; // what JSON has no word for is left out
      bytes.write(`${start}${text}`);
    }
    before = ',';
  }
  bytes.write(before === '{' ? '{}' : '}');
  return bytes.whole();
}

/** Within a list, what JSON has no word for is null. */
const elementText = (element: unknown): string => (JSON.stringify(element) as string | undefined) ?? 'null';
