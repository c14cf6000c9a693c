import type { Hasher } from '../hash.ts';

const MAX_MS = 2 ** 48 - 1;

/**
 * Key of everything that one journal entry causes: UUIDv8 of 48 bits of the entry's own time and the rest from its
 * hash. The time in front keeps new keys together in an index; the hash tells the two sides of a fork apart, which
 * (terminal, chain, sequence) would not. `hashHex`: SHA-256 in hex.
 */
export const transactionKey = (atMs: number, hashHex: string): string => {
  const time = Math.min(Math.max(Math.trunc(atMs), 0), MAX_MS)
    .toString(16)
    .padStart(12, '0');
  return asVersion8(time + hashHex);
};

/** A UUIDv8 that is always the same for the same name in a namespace: for keys that a second run must make again. */
export const derivedUuid = (hash: Hasher, namespace: string, name: string): string =>
  // The length in front: no other pair of namespace and name gives the same text.
  asVersion8(hash(`${namespace.length}:${namespace}${name}`));

/** The first hex digits as a UUID, version and variant put in between. */
const asVersion8 = (hex: string): string => {
  const variant = '89ab'[parseInt(hex.charAt(15), 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(12, 15)}-${variant}${hex.slice(16, 19)}-${hex.slice(19, 31)}`;
};
