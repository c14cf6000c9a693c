import { EMPTY_CHAIN, type ChainHead } from '../chain/chain.ts';
import { isOrphan, type Segment } from './segment.ts';

/**
 * How far a chain is stored without a hole from its first line on, on the side on which an uploader stands: `tail` is
 * where its last line (or, without lines, its head) lies. Where that hangs behind a hole the answer is the furthest
 * whole side that ends before it, which may be another side of a fork: the till sees that by the hash, and goes back.
 */
export const storedThrough = (
  segments: readonly Segment[],
  tail: { readonly seq: number; readonly segment: string | null },
): ChainHead => {
  const byId = new Map(segments.map((segment) => [segment.id, segment]));
  const start = tail.segment === null ? undefined : byId.get(tail.segment);
  const root = start && rootOf(start, byId);
  if (start && root && !isOrphan(root)) return headOf(tipFrom(start, segments));

  const limit = root ? root.firstSeq : tail.seq;
  let best: Segment | undefined;
  for (const segment of segments) {
    if (segment.lastSeq >= limit || segment.lastSeq <= (best?.lastSeq ?? 0)) continue;
    if (!isOrphan(rootOf(segment, byId))) best = segment;
  }
  return best ? headOf(best) : EMPTY_CHAIN;
};

/** Where the till must send on so that the hole before its last line closes; undefined where there is none. */
export const resendFrom = (through: ChainHead, lastSeq: number): number | undefined =>
  through.seq < lastSeq ? through.seq + 1 : undefined;

const headOf = (segment: Segment): ChainHead => ({ seq: segment.lastSeq, hash: segment.lastHash });

const rootOf = (segment: Segment, byId: ReadonlyMap<string, Segment>): Segment => {
  let root = segment;
  for (let parent = root; parent;) {
    root = parent;
    const next = parent.parent === null ? undefined : byId.get(parent.parent);
    if (!next) break;
    parent = next;
  }
  return root;
};

/** Follows a side to its end, through the segments that lengthen it, as long as there is no choice. */
const tipFrom = (start: Segment, segments: readonly Segment[]): Segment => {
  let tip = start;
  for (;;) {
    const next = segments.filter(({ parent, firstSeq }) => parent === tip.id && firstSeq === tip.lastSeq + 1);
    if (next.length !== 1 || !next[0]) return tip;
    tip = next[0];
  }
};
