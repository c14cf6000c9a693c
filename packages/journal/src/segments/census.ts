import { isOrphan, type Fork, type Segment } from './segment.ts';

/** A hole: sequences `from` … `to` before a segment are not here. */
export interface Gap {
  readonly segment: string;
  readonly from: number;
  readonly to: number;
}

/** The holes of one chain that are open now. */
export const openGaps = (segments: readonly Segment[]): Gap[] =>
  segments.filter(isOrphan).map((orphan) => {
    const before = segments.reduce(
      (last, { lastSeq }) => (lastSeq < orphan.firstSeq ? Math.max(last, lastSeq) : last),
      0,
    );
    return { segment: orphan.id, from: before === orphan.firstSeq - 1 ? before : before + 1, to: orphan.firstSeq - 1 };
  });

/**
 * The forks of one chain: each line that has more than one successor, and each orphan beside which other lines stand at
 * the same sequences (same sequence, other hash: where it branches off is not known yet).
 */
export const forksOf = (segments: readonly Segment[]): Fork[] => {
  const byId = new Map(segments.map((segment) => [segment.id, segment]));
  const successors = new Map<string, Segment[]>();
  const forks: Fork[] = [];
  for (const segment of segments) {
    if (isOrphan(segment)) {
      const beside = segments.find((other) => other !== segment && overlaps(other, segment));
      if (beside) forks.push({ key: `orphan:${segment.id}`, seq: segment.firstSeq, sides: [beside.id, segment.id] });
      continue;
    }
    const key = `${segment.parent ?? 'root'}:${segment.firstSeq}`;
    successors.set(key, [...(successors.get(key) ?? []), segment]);
  }
  for (const [key, sides] of successors) {
    const first = sides[0] as Segment;
    const parent = first.parent === null ? undefined : byId.get(first.parent);
    const all = parent && parent.lastSeq >= first.firstSeq ? [parent, ...sides] : sides;
    if (all.length > 1) forks.push({ key, seq: first.firstSeq, sides: all.map(({ id }) => id) });
  }
  return forks;
};

/** How many sides a chain has beyond the first. */
export const countForks = (segments: readonly Segment[]): number =>
  forksOf(segments).reduce((count, fork) => count + fork.sides.length - 1, 0);

/** Forks that were not there before, or have more sides now. */
export const newForks = (before: readonly Segment[], after: readonly Segment[]): Fork[] => {
  if (after.length <= 1) return [];
  const known = new Map(forksOf(before).map((fork) => [fork.key, fork.sides.length]));
  return forksOf(after).filter((fork) => fork.sides.length > (known.get(fork.key) ?? 1));
};

const overlaps = (a: Segment, b: Segment): boolean => a.firstSeq <= b.lastSeq && b.firstSeq <= a.lastSeq;
