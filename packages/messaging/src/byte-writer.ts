/** Most answers are small: a long one finds its size in a few steps. */
const FIRST_BYTES = 4 * 1024;
/** A UTF-16 unit is at most three bytes of UTF-8. */
const BYTES_OF_UNIT = 3;

/** Texts written one after the other as UTF-8, in a buffer that grows. */
export class ByteWriter {
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
