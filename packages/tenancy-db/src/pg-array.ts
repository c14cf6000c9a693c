/*
 * Arrays in PostgreSQL's binary form, for the bulk statements of the hot path: `$1::uuid[]` with a Buffer from here. The
 * server copies what it would otherwise read character by character, and nothing is quoted on the way.
 * Form: number of dimensions, whether there are nulls, type of the elements, length, first index; then each element's
 * length in bytes (-1: null) and its bytes. All numbers are big-endian.
 */

type Nullable<T> = T | null | undefined;

const HEADER = 20;
const OID = { bool: 16, bytea: 17, int8: 20, int4: 23, text: 25, uuid: 2950 } as const;
const TWO_32 = 4_294_967_296;

/** Writes numbers one after the other into a buffer that is large enough. */
class Writer {
  readonly bytes: Buffer;
  at = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  int4(value: number): void {
    const { bytes, at } = this;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.at = at + 4;
  }
}

function array<T>(
  type: number,
  values: readonly Nullable<T>[],
  mostBytes: number,
  write: (to: Writer, value: T) => void,
): Buffer {
  const to = new Writer(HEADER + values.length * 4 + mostBytes);
  to.int4(values.length === 0 ? 0 : 1);
  to.int4(0);
  to.int4(type);
  if (values.length === 0) return to.bytes.subarray(0, 12);
  to.int4(values.length);
  to.int4(1);
  let nulls = 0;
  for (const value of values) {
    if (value === null || value === undefined) {
      to.int4(-1);
      nulls = 1;
    } else {
      write(to, value);
    }
  }
  to.bytes[7] = nulls;
  return to.bytes.subarray(0, to.at);
}

const NIBBLES = new Int8Array(128).fill(-1);
for (const [index, digit] of Array.from('0123456789abcdef').entries()) {
  NIBBLES[digit.charCodeAt(0)] = index;
  NIBBLES[digit.toUpperCase().charCodeAt(0)] = index;
}
/** Where the two digits of each of the 16 bytes begin in a UUID's text. */
const PAIRS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/** `uuid[]`. Throws TypeError for a text that is no UUID. */
export function uuidArray(values: readonly Nullable<string>[]): Buffer {
  let last: string | undefined;
  let lastAt = 0;
  return array(OID.uuid, values, values.length * 16, (to, value) => {
    to.int4(16);
    // Rows of one sale stand together: most ids are that of the row before.
    if (value === last) to.bytes.copyWithin(to.at, lastAt, lastAt + 16);
    else writeUuid(to.bytes, to.at, value);
    last = value;
    lastAt = to.at;
    to.at += 16;
  });
}

function writeUuid(bytes: Buffer, at: number, text: string): void {
  let wrong = text.length === 36 && text.charCodeAt(8) === 45 && text.charCodeAt(13) === 45 ? 0 : -1;
  for (let i = 0; i < 16; i += 1) {
    const pair = PAIRS[i] ?? 0;
    const high = NIBBLES[text.charCodeAt(pair)] ?? -1;
    const low = NIBBLES[text.charCodeAt(pair + 1)] ?? -1;
    wrong |= high | low;
    bytes[at + i] = (high << 4) | low;
  }
  if (wrong < 0 || text.charCodeAt(18) !== 45 || text.charCodeAt(23) !== 45)
    throw new TypeError(`not a UUID: ${text.slice(0, 40)}`);
}

/** `int8[]`. Throws TypeError for what is no safe whole number. */
export const bigintArray = (values: readonly Nullable<number>[]): Buffer =>
  array(OID.int8, values, values.length * 8, (to, value) => {
    if (!Number.isSafeInteger(value)) throw new TypeError(`not a whole number: ${value}`);
    const high = Math.floor(value / TWO_32);
    to.int4(8);
    to.int4(high);
    to.int4(value - high * TWO_32);
  });

/** `int4[]`. Throws TypeError for what does not fit. */
export const intArray = (values: readonly Nullable<number>[]): Buffer =>
  array(OID.int4, values, values.length * 4, (to, value) => {
    if ((value | 0) !== value) throw new TypeError(`not a 32-bit whole number: ${value}`);
    to.int4(4);
    to.int4(value);
  });

/** `boolean[]`. */
export const booleanArray = (values: readonly Nullable<boolean>[]): Buffer =>
  array(OID.bool, values, values.length, (to, value) => {
    to.int4(1);
    to.bytes[to.at] = value ? 1 : 0;
    to.at += 1;
  });

/** `bytea[]`. */
export const byteaArray = (values: readonly Nullable<Uint8Array>[]): Buffer =>
  array(
    OID.bytea,
    values,
    values.reduce((sum, value) => sum + (value?.length ?? 0), 0),
    (to, value) => {
      to.int4(value.length);
      to.bytes.set(value, to.at);
      to.at += value.length;
    },
  );

/** `text[]`. PostgreSQL refuses a text that holds NUL. */
export function textArray(values: readonly Nullable<string>[]): Buffer {
  // A UTF-16 unit is at most three bytes of UTF-8.
  const most = values.reduce((sum, value) => sum + (value?.length ?? 0) * 3, 0);
  return array(OID.text, values, most, (to, value) => {
    const lengthAt = to.at;
    const begin = lengthAt + 4;
    const end = begin + (writeAscii(to.bytes, begin, value) ? value.length : to.bytes.write(value, begin));
    to.int4(end - begin);
    to.at = end;
  });
}

/** Texts here are short and nearly always ASCII; a call into the platform costs more than they do. */
const SHORT = 48;
function writeAscii(bytes: Buffer, at: number, value: string): boolean {
  if (value.length > SHORT) return false;
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (code > 127) return false;
    bytes[at + i] = code;
  }
  return true;
}
