const NEWLINE = 10;

export interface FrameLimits {
  readonly maxBytes: number;
  readonly maxLines: number;
  readonly maxLineBytes: number;
  /** Given a body, reads its lines as `decodeText` does, where the platform has a quicker way. */
  readonly reader?: (body: Uint8Array) => LineReader;
}

/** The bytes of a body from `start` up to `end` as text; null where they are none. */
export type LineReader = (start: number, end: number) => string | null;

/** Reads line by line with what every platform has. */
export const lineReader =
  (body: Uint8Array): LineReader =>
  (start, end) =>
    decodeText(body.subarray(start, end));

/** One line of a body. `text` is null where the bytes are not UTF-8 or hold a NUL, which a text column cannot. */
export interface BodyLine {
  readonly bytes: Uint8Array;
  readonly text: string | null;
}

export type Framed =
  | { readonly ok: true; readonly lines: BodyLine[] }
  /** `not-lines`: the body does not end with a newline. `oversized`: a limit is passed. */
  | { readonly ok: false; readonly reason: 'not-lines' | 'oversized' };

/**
 * Splits an upload's body into lines without judging what they hold: every line ends with a newline, the last too, and
 * an empty line is a line. The lines' bytes are views of the body, not copies.
 */
export const frameLines = (body: Uint8Array, limits: FrameLimits): Framed => {
  if (body.length > limits.maxBytes) return { ok: false, reason: 'oversized' };
  if (body.length > 0 && body[body.length - 1] !== NEWLINE) return { ok: false, reason: 'not-lines' };
  const read = (limits.reader ?? lineReader)(body);
  const lines: BodyLine[] = [];
  for (let start = 0; start < body.length;) {
    const end = body.indexOf(NEWLINE, start);
    if (lines.length === limits.maxLines || end - start > limits.maxLineBytes)
      return { ok: false, reason: 'oversized' };
    lines.push({ bytes: body.subarray(start, end), text: read(start, end) });
    start = end + 1;
  }
  return { ok: true, lines };
};

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text; null where they are not UTF-8 or hold a NUL. */
export const decodeText = (bytes: Uint8Array): string | null => {
  if (bytes.includes(0)) return null;
  try {
    return strictUtf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
};

/** The body of an upload: each line followed by a newline. */
export const joinLines = (lines: readonly string[]): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(lines.length === 0 ? '' : `${lines.join('\n')}\n`);
