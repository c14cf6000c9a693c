import { z } from 'zod';
import { currencyCode, minorUnits, sha256Hex, uuid } from '../common.ts';

/** Most entries in one upload. */
export const MAX_UPLOAD_ENTRIES = 1000;
/** Largest upload in bytes after decompression. */
export const MAX_UPLOAD_BYTES = 4 * 1024 * 1024;
/** HTTP header that carries the base64url of the upload header's exact bytes. */
export const UPLOAD_HEADER = 'nexus-journal-header';
/** HTTP header that carries the base64url signature over those bytes. */
export const UPLOAD_SIGNATURE = 'nexus-journal-signature';
export const UPLOAD_CONTENT_TYPE = 'application/x-ndjson';

/**
 * Header of an upload: canonical bytes are the JSON text as sent. The signature (P-256/SHA-256, raw r‖s) is over
 * these bytes, so the places, the head and the money at risk are all covered by it; `last` is the hash of the
 * upload's last line, which by the hash chain covers every line.
 */
export const uploadHeader = z.strictObject({
  v: z.literal(1),
  /** Key id: SHA-256 of the public key's SubjectPublicKeyInfo, hex. */
  key: sha256Hex,
  terminal: uuid,
  chain: uuid,
  /** Sequence of the first line. */
  first: z.number().int().min(1),
  /** Number of lines. */
  count: z.number().int().min(0).max(MAX_UPLOAD_ENTRIES),
  /** SHA-256 of the body's bytes after decompression. */
  body: sha256Hex,
  /** Hash of the last line in this upload (64 zeros when empty). */
  last: sha256Hex,
  /** The till's newest entry. */
  head: z.strictObject({ seq: z.number().int().min(0), hash: sha256Hex }),
  /** What the till holds unsent, this upload included: count, gross amount, device time of the oldest. */
  unsent: z.strictObject({
    count: z.number().int().min(0),
    gross: minorUnits,
    cur: currencyCode.optional(),
    oldest: z.number().int().min(0).optional(),
  }),
  /**
   * How far the server last said that this chain is stored, and in which epoch it said so. A server that has less was
   * restored from an older copy: by this it knows, and opens a new epoch.
   */
  acked: z.strictObject({ epoch: z.number().int().min(1), seq: z.number().int().min(0) }).optional(),
  /** Device wall time when the upload was made, epoch milliseconds. */
  at: z.number().int().min(0),
});
export type UploadHeader = z.infer<typeof uploadHeader>;

/** Answer to an upload, given after the commit. */
export const uploadAnswer = z.object({
  chain: uuid,
  /** Stored without a hole from 1 to here, on the uploader's own side of any fork. 0 = nothing yet. */
  through: z.object({ seq: z.number().int().min(0), hash: sha256Hex }),
  /** Every line of this upload is stored (also those beyond a hole). */
  stored: z.object({ first: z.number().int(), count: z.number().int() }),
  /**
   * What is missing before `stored`: the till sends from here. Present only when there is a hole.
   */
  resendFrom: z.number().int().min(1).optional(),
  /**
   * Sides of this chain beyond the first; present only where there are any. It tells the device that its journal was
   * cloned or restored, and that it should go on in a new chain.
   */
  forks: z.number().int().min(1).optional(),
  /** Epoch of the journal database; a change tells the till that the server was restored. */
  epoch: z.number().int().min(1),
  /** Server time, epoch milliseconds: the till measures its clock's offset with it. */
  serverTime: z.number().int(),
});
export type UploadAnswer = z.infer<typeof uploadAnswer>;

/** First line of a signed journal file (`nexus journal export`); uploads follow, each as header, signature and lines. */
export const journalFileHeader = z.strictObject({
  format: z.literal('nexus-journal-file'),
  v: z.literal(1),
  terminal: uuid,
  chain: uuid,
  uploads: z.number().int().min(0),
});
/** Frame line in a journal file: then exactly `count` entry lines follow. */
export const journalFileFrame = z.strictObject({
  header: z.string(),
  signature: z.string(),
  count: z.number().int().min(0),
});
