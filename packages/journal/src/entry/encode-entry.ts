/** Fields of the envelope in the order in which they are written; the body's follow in the order given. */
const ENVELOPE_ORDER = ['v', 't', 'c', 's', 'p', 'i', 'k', 'h', 'vv', 'w', 'at', 'by'] as const;

export type EnvelopeFields = Readonly<Record<Exclude<(typeof ENVELOPE_ORDER)[number], 'vv'>, unknown>> & {
  readonly vv?: unknown;
};

export class EntryTooLargeError extends Error {
  override readonly name = 'EntryTooLargeError';
}

/**
 * The line of an entry, without its newline: compact JSON, envelope first. Its hash is over the UTF-8 bytes of just this
 * text, so nobody ever needs to write it again. JSON escapes newlines, NUL and lone surrogates: a line is always valid
 * UTF-8 without a line break. `maxBytes`: the longest line that an upload may carry.
 */
export const encodeEntry = (
  envelope: EnvelopeFields,
  body: Readonly<Record<string, unknown>>,
  maxBytes: number,
): string => {
  const entry: Record<string, unknown> = {};
  for (const field of ENVELOPE_ORDER) if (envelope[field] !== undefined) entry[field] = envelope[field];
  for (const field in body) {
    if (field in entry) throw new Error(`the body of an entry may not set ${field}`);
    entry[field] = body[field];
  }
  const line = JSON.stringify(entry);
  // A UTF-16 unit is at most three bytes: count only where it could matter.
  if (line.length * 3 > maxBytes && new TextEncoder().encode(line).length > maxBytes) {
    throw new EntryTooLargeError(`an entry has more than ${maxBytes} bytes`);
  }
  return line;
};
