import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import {
  MAX_ENTRY_BYTES,
  MAX_UPLOAD_BYTES,
  MAX_UPLOAD_ENTRIES,
  NexusError,
  uploadHeader,
  type UploadHeader,
} from '@nexus/contracts';
import { decodeUploadHeader, frameLines, fromBase64Url, isHash, ZERO_HASH } from '@nexus/journal';
import { z } from 'zod';
import { quickLines } from './quick-lines.ts';
import { readLine, type LineFacts } from './read-line.ts';

/** An upload as it came: header and signature as base64url, body after decompression. */
export interface RawUpload {
  readonly header: string;
  readonly signature: string;
  readonly body: Buffer;
}

/** A header whose bytes are understood so far as to know whose signature to ask for. */
export interface ClaimedUpload extends RawUpload {
  readonly headerBytes: Buffer;
  readonly signatureBytes: Buffer;
  readonly keyId: string;
  readonly value: unknown;
}

/** One line at its place. */
export interface UploadLine {
  readonly bytes: Uint8Array;
  readonly hash: string;
  readonly facts: LineFacts;
}

/** An upload that its terminal's key has signed. */
export interface SignedUpload {
  readonly header: UploadHeader;
  readonly headerBytes: Buffer;
  readonly signatureBytes: Buffer;
  readonly body: Buffer;
}

/** A signed upload, taken apart. */
export interface VerifiedUpload extends Omit<SignedUpload, 'body'> {
  readonly lines: readonly UploadLine[];
}

/** Longest header that is looked at, in characters of base64url. */
const MAX_HEADER_CHARACTERS = 8_192;
const SIGNATURE_BYTES = 64;
/** Newer tills may say more in their headers; that is signed and kept, and not understood. */
const tolerantHeader = z.object(uploadHeader.shape);

/** Reads which key claims to have signed. SYN-1003 where that cannot be told, SYN-1004 for what is no signature. */
export function claimOf(raw: RawUpload): ClaimedUpload {
  const decoded = raw.header.length > MAX_HEADER_CHARACTERS ? null : decodeUploadHeader(raw.header);
  const keyId = (decoded?.value as { key?: unknown } | null | undefined)?.key;
  if (decoded === null || !isHash(keyId)) throw new NexusError('SYN-1003', 'The upload has no readable header');
  const signature = raw.signature.length > 200 ? null : fromBase64Url(raw.signature);
  if (signature?.length !== SIGNATURE_BYTES) throw new NexusError('SYN-1004');
  return {
    ...raw,
    headerBytes: Buffer.from(decoded.bytes),
    signatureBytes: Buffer.from(signature),
    keyId,
    value: decoded.value,
  };
}

/** The key that a terminal's SubjectPublicKeyInfo (base64url) holds. */
export const publicKeyOf = (spki: string): KeyObject =>
  createPublicKey({ key: Buffer.from(spki, 'base64url'), format: 'der', type: 'spki' });

/** P-256/SHA-256 over exactly the header's bytes; the signature is r‖s. */
export const isSignedBy = (key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean =>
  verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);

/** Checks the signature first, then that header and body belong together. SYN-1004 where they are not as they were signed. */
export function checkSigned(claimed: ClaimedUpload, key: KeyObject): SignedUpload {
  const { headerBytes, signatureBytes, body } = claimed;
  if (!isSignedBy(key, headerBytes, signatureBytes)) throw new NexusError('SYN-1004');
  const header = headerOf(claimed.value);
  if (hash('sha256', body) !== header.body) throw new NexusError('SYN-1004', 'The signature is not over this body');
  return { header, headerBytes, signatureBytes, body };
}

/**
 * Takes the body apart. Refuses only what is oversized (SYN-1001), not framed as lines (SYN-1002) or ends with another line
 * than the signed one (SYN-1004); what the lines hold is no reason.
 */
export function openUpload({ body, ...signed }: SignedUpload): VerifiedUpload {
  const { header } = signed;
  const framed = frameLines(body, {
    maxBytes: MAX_UPLOAD_BYTES,
    maxLines: MAX_UPLOAD_ENTRIES,
    maxLineBytes: MAX_ENTRY_BYTES,
    reader: quickLines,
  });
  if (!framed.ok) throw new NexusError(framed.reason === 'oversized' ? 'SYN-1001' : 'SYN-1002');
  if (framed.lines.length !== header.count)
    throw new NexusError('SYN-1002', `The header says ${header.count} lines, the body has ${framed.lines.length}`);
  const { terminal, chain, first } = header;
  const lines = framed.lines.map(({ bytes, text }, index) => ({
    bytes,
    hash: hash('sha256', bytes),
    facts: readLine(text, { terminal, chain, seq: first + index }),
  }));
  if (header.last !== (lines.at(-1)?.hash ?? ZERO_HASH))
    throw new NexusError('SYN-1004', 'The signature is not over the last line of this body');
  return { ...signed, lines };
}

function headerOf(value: unknown): UploadHeader {
  const header = tolerantHeader.safeParse(value);
  if (header.success && Number.isSafeInteger(header.data.first + header.data.count)) return header.data;
  const tooMany = (value as { count?: unknown }).count;
  if (typeof tooMany === 'number' && tooMany > MAX_UPLOAD_ENTRIES) throw new NexusError('SYN-1001');
  const errors = header.error?.issues.slice(0, 10).map(({ path, message }) => ({
    path: ['header', ...path.map(String)].join('.').slice(0, 200),
    message: message.slice(0, 200),
  }));
  throw new NexusError('NX-1001', 'The header of the upload is not valid', errors === undefined ? {} : { errors });
}
