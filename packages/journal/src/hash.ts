/**
 * SHA-256 as lower-case hex, of bytes or of a string's UTF-8. A port: this package runs in browsers and on the server's
 * hot path, which have different quick ways to do it.
 */
export type Hasher = (data: Uint8Array | string) => string;

/** What stands for the hash before the first entry of a chain, and for the last line of an empty upload. */
export const ZERO_HASH = '0'.repeat(64);

const SHA256_HEX = /^[0-9a-f]{64}$/;
export const isHash = (value: unknown): value is string => typeof value === 'string' && SHA256_HEX.test(value);
