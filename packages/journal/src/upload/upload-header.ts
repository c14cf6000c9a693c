import { decodeText } from './framing.ts';
import { fromBase64Url, toBase64Url } from './base64url.ts';

/** The header of an upload, as `uploadHeader` of the contracts describes it. */
export interface UploadHeaderFields {
  readonly v: 1;
  readonly key: string;
  readonly terminal: string;
  readonly chain: string;
  readonly first: number;
  readonly count: number;
  readonly body: string;
  readonly last: string;
  readonly head: { readonly seq: number; readonly hash: string };
  readonly unsent: {
    readonly count: number;
    readonly gross: number;
    readonly cur?: string | undefined;
    readonly oldest?: number | undefined;
  };
  /** What the server last said of this chain, and in which epoch. */
  readonly acked?: { readonly epoch: number; readonly seq: number } | undefined;
  readonly at: number;
}

/** The exact bytes that are signed and sent: JSON with the keys in one order. */
export const encodeUploadHeader = (header: UploadHeaderFields): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(
    JSON.stringify({
      v: header.v,
      key: header.key,
      terminal: header.terminal,
      chain: header.chain,
      first: header.first,
      count: header.count,
      body: header.body,
      last: header.last,
      head: { seq: header.head.seq, hash: header.head.hash },
      unsent: {
        count: header.unsent.count,
        gross: header.unsent.gross,
        cur: header.unsent.cur,
        oldest: header.unsent.oldest,
      },
      acked: header.acked && { epoch: header.acked.epoch, seq: header.acked.seq },
      at: header.at,
    }),
  );

/** An upload as it travels: header and signature as base64url, and the lines. */
export interface SignedUpload {
  readonly header: string;
  readonly signature: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

export type SignBytes = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;
export type VerifyBytes = (bytes: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>) => Promise<boolean>;

export const signUpload = async (
  header: UploadHeaderFields,
  body: Uint8Array<ArrayBuffer>,
  sign: SignBytes,
): Promise<SignedUpload> => {
  const bytes = encodeUploadHeader(header);
  return { header: toBase64Url(bytes), signature: toBase64Url(await sign(bytes)), body };
};

/**
 * The header's bytes as sent and what they say, not yet checked against any shape; null where they are no JSON. The
 * signature is over the bytes: verify those, never a second writing of the value.
 */
export const decodeUploadHeader = (
  header: string,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly value: unknown } | null => {
  const bytes = fromBase64Url(header);
  const text = bytes && decodeText(bytes);
  if (!bytes || text === null) return null;
  try {
    return { bytes, value: JSON.parse(text) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};
