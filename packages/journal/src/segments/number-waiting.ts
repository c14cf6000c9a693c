import { newForks } from './census.ts';
import { Numbering, type NumberingState } from './numbering.ts';
import type { Fork, NumberedLine, Segment, WaitingLine } from './segment.ts';

/**
 * Gives numbers to lines that have waited long enough for what they follow, and to all that follows them: a sequence
 * proves completeness, it never blocks. Each run gets a segment of its own without a parent, which is the open gap; it
 * is linked when the missing lines come after all. `expired`: some of the chain's waiting lines; one whose predecessor is
 * the tip of a segment by now (it was left out when that got its number) goes on from there.
 */
export const numberWaiting = (
  chain: string,
  state: NumberingState,
  expired: readonly WaitingLine[],
): {
  readonly numbered: readonly NumberedLine[];
  readonly segments: readonly Segment[];
  readonly allSegments: readonly Segment[];
  readonly nextNumber: number;
  readonly forks: readonly Fork[];
} => {
  const numbering = new Numbering(chain, state, []);
  for (const line of [...expired].sort((a, b) => a.seq - b.seq)) {
    if (!numbering.isWaiting(line.seq, line.hash)) continue;
    numbering.number(line, numbering.segmentOf(line.seq - 1, line.previous));
    numbering.drain();
  }
  const { all, changed } = numbering.result();
  return {
    numbered: numbering.numbered,
    segments: changed,
    allSegments: all,
    nextNumber: numbering.nextNumber,
    forks: newForks(state.segments, all),
  };
};
