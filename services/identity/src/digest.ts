import { createHash } from 'node:crypto';

export const sha256Hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Digest of a request's content: tells whether an idempotency key comes back with the same request. */
export const contentDigest = (content: unknown): string => sha256Hex(JSON.stringify(content));
