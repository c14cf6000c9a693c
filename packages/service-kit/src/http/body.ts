import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

/** Limit of a JSON body in bytes, after decompression, where the route sets none. */
export const DEFAULT_BODY_BYTES = 256 * 1024;

/**
 * A body that is not JSON. `buffer` reads it whole, `stream` hands it over piece by piece; both count bytes after
 * decompression and fail with NX-1003 beyond `maxBytes`.
 */
export interface RawBody<M extends 'buffer' | 'stream' = 'buffer' | 'stream'> {
  readonly kind: 'raw';
  readonly mode: M;
  readonly contentTypes: readonly string[];
  readonly maxBytes: number;
}

export const bufferBody = (contentTypes: readonly string[], maxBytes: number): RawBody<'buffer'> => ({
  kind: 'raw',
  mode: 'buffer',
  contentTypes,
  maxBytes,
});

export const streamBody = (contentTypes: readonly string[], maxBytes: number): RawBody<'stream'> => ({
  kind: 'raw',
  mode: 'stream',
  contentTypes,
  maxBytes,
});

export const isRawBody = (body: unknown): body is RawBody =>
  typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'raw';

/** What a handler gets for a raw body. */
export type RawBodyValue<M extends 'buffer' | 'stream'> = M extends 'buffer' ? Buffer : Readable;

export const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
