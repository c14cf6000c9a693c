import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { MAX_EVENT_BYTES } from '@nexus/contracts';
import { jsonBytes } from './json-bytes.ts';

/** Facts from this size on are kept and sent packed; smaller ones stay JSON that a person can read in the log. */
const PACK_FROM_BYTES = 16 * 1024;
/** The quickest: the facts of sales are a seventh even so. */
const PACKING = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** First byte of what zstd packs; JSON begins with another. */
const PACKED = 0x28;

/** An event's data as it is kept: JSON, or packed where that is worth it. */
export interface StoredFacts {
  readonly text: string | null;
  readonly packed: Buffer | null;
  /** Bytes of the JSON: what it measures where it is read. */
  readonly size: number;
}

export function storedFacts(data: object): StoredFacts {
  const json = jsonBytes(data);
  const size = json.length;
  if (size < PACK_FROM_BYTES) return { text: json.toString(), packed: null, size };
  return { text: null, packed: zstdCompressSync(json, PACKING), size };
}

/** The data as bytes on the way: what is kept is what is sent. */
export const factsBytes = ({ text, packed }: Omit<StoredFacts, 'size'>): Buffer => packed ?? Buffer.from(text ?? '');

/** Reads data from what `factsBytes` gave. Throws for what is neither JSON nor packed JSON, or larger than an event may be. */
export function readFacts(bytes: Uint8Array): unknown {
  const json =
    bytes[0] === PACKED
      ? zstdDecompressSync(bytes, { maxOutputLength: MAX_EVENT_BYTES })
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return JSON.parse(json.toString()) as unknown;
}
