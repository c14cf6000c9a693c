import { isHash, ZERO_HASH, type Hasher } from '../hash.ts';

/** The newest entry of a chain; sequence 0 with the zero hash before the first. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}
export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: ZERO_HASH };

/** The head after one more line. */
export const advanceHead = (head: ChainHead, line: Uint8Array | string, hash: Hasher): ChainHead => ({
  seq: head.seq + 1,
  hash: hash(line),
});

/** The previous hash that a parsed line names; null where it names none, whatever the line holds. */
export const previousHash = (parsed: unknown): string | null => {
  if (typeof parsed !== 'object' || parsed === null) return null;
  const previous = (parsed as { p?: unknown }).p;
  return isHash(previous) ? previous : null;
};

/** Where a chain of lines stops fitting together. */
export interface ChainBreak {
  readonly seq: number;
  readonly reason: 'unreadable' | 'previous-hash' | 'sequence';
}

/** Checks lines that should follow `head`, in order: the new head, and the first line that does not fit. */
export const verifyChain = (
  lines: Iterable<string>,
  head: ChainHead,
  hash: Hasher,
): { readonly head: ChainHead; readonly broken: ChainBreak | null } => {
  let at = head;
  for (const line of lines) {
    const seq = at.seq + 1;
    const entry = parseObject(line);
    if (!entry) return { head: at, broken: { seq, reason: 'unreadable' } };
    if (entry['s'] !== seq) return { head: at, broken: { seq, reason: 'sequence' } };
    if (entry['p'] !== at.hash) return { head: at, broken: { seq, reason: 'previous-hash' } };
    at = { seq, hash: hash(line) };
  }
  return { head: at, broken: null };
};

const parseObject = (line: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};
