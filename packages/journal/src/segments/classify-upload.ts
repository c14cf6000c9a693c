import { ZERO_HASH } from '../hash.ts';
import { newForks } from './census.ts';
import { lengthenTip } from './lengthen-tip.ts';
import { Numbering, type NumberingState } from './numbering.ts';
import type { Fork, NumberedLine, Segment, StoredLine, WaitingLine } from './segment.ts';

/** An upload's lines with their places, which the signed header gives. */
export interface PlacedUpload {
  readonly chain: string;
  /** Sequence of the first line. */
  readonly first: number;
  /** `previous` is null where the line does not parse or names none. */
  readonly lines: readonly { readonly hash: string; readonly previous: string | null }[];
}

export interface ChainState extends NumberingState {
  /** Numbered lines of the chain within `lookupRange`, of every side. */
  readonly stored: readonly StoredLine[];
}

export type Fate = 'duplicate' | 'numbered' | 'waiting';

export interface ClassifiedUpload {
  /** One for each line of the upload. */
  readonly fates: readonly Fate[];
  readonly duplicates: number;
  /** Lines that get a number now, in order of number: of the upload, and those that waited for them. */
  readonly numbered: readonly NumberedLine[];
  /** Lines of the upload to keep waiting; `previous` is what they follow, by upload order where the line itself says nothing. */
  readonly waiting: readonly (WaitingLine & { readonly index: number })[];
  /** Segments made or changed: to be written by id. */
  readonly segments: readonly Segment[];
  readonly allSegments: readonly Segment[];
  readonly nextNumber: number;
  /** Sequences of new lines that name another predecessor than the one they stand behind. They are kept where they stand. */
  readonly broken: readonly number[];
  /** Forks that this upload opened. */
  readonly forks: readonly Fork[];
  /** Where the upload's last line lies; `segment` null where it waits. Goes into `storedThrough`. */
  readonly tail: { readonly seq: number; readonly segment: string | null };
}

/** Which numbered lines `classifyUpload` must be told of (sequences, inclusive); null: none, the usual case. */
export const lookupRange = (
  segments: readonly Segment[],
  first: number,
  count: number,
): { readonly from: number; readonly to: number } | null => {
  const reach = segments.reduce((last, segment) => Math.max(last, segment.lastSeq), 0);
  return first > reach || count === 0 ? null : { from: Math.max(1, first - 1), to: Math.min(first + count - 1, reach) };
};

/**
 * Decides the fate of each line of an upload. A line already stored (same sequence, same hash) is a duplicate. One that
 * follows a numbered line gets the next number, on that line's side of the chain: behind its tip it lengthens the side,
 * anywhere else it opens a fork. One that follows nothing known waits. Inside an upload each line follows the one before
 * it, as the signed header says, whatever the line itself names; the first is placed by the hash it names, or, naming
 * none, behind the newest line at its place.
 */
export const classifyUpload = (state: ChainState, upload: PlacedUpload): ClassifiedUpload =>
  lengthenTip(state, upload) ?? classifyLines(state, upload);

/** Line by line, whatever the upload is. */
export const classifyLines = (state: ChainState, upload: PlacedUpload): ClassifiedUpload => {
  const numbering = new Numbering(upload.chain, state, state.stored);
  const fates: Fate[] = [];
  const waiting: (WaitingLine & { index: number })[] = [];
  const broken: number[] = [];
  let before: Placed = { hash: null, segment: null };

  upload.lines.forEach((sent, index) => {
    const seq = upload.first + index;
    const predecessor = index === 0 ? findPredecessor(numbering, seq, sent.previous) : before;
    const line: WaitingLine = { seq, hash: sent.hash, previous: predecessor.hash };
    const follows = seq === 1 || predecessor.segment !== null;
    const known = numbering.segmentOf(seq, sent.hash);
    if (known !== null) {
      if (predecessor.segment !== null) numbering.link(known, seq, predecessor.segment);
      fates.push('duplicate');
      before = { hash: sent.hash, segment: known };
      return;
    }
    const waits = numbering.isWaiting(seq, sent.hash);
    fates.push(waits ? 'duplicate' : follows ? 'numbered' : 'waiting');
    if (!waits && isBroken(seq, sent.previous, predecessor.hash)) broken.push(seq);
    if (!follows && !waits) {
      numbering.wait(line);
      waiting.push({ ...line, index });
    }
    const segment = follows ? numbering.number(line, predecessor.segment, waits ? undefined : index) : null;
    before = { hash: sent.hash, segment };
  });
  numbering.drain();

  const { all, changed } = numbering.result();
  const lastSeq = upload.first + upload.lines.length - 1;
  return {
    fates,
    duplicates: fates.filter((fate) => fate === 'duplicate').length,
    numbered: numbering.numbered,
    waiting: waiting.filter((line) => numbering.isWaiting(line.seq, line.hash)),
    segments: changed,
    allSegments: all,
    nextNumber: numbering.nextNumber,
    broken,
    forks: newForks(state.segments, all),
    tail: { seq: lastSeq, segment: before.hash === null ? null : numbering.segmentOf(lastSeq, before.hash) },
  };
};

interface Placed {
  readonly hash: string | null;
  readonly segment: string | null;
}

const findPredecessor = (numbering: Numbering, seq: number, previous: string | null): Placed => {
  if (seq === 1) return { hash: ZERO_HASH, segment: null };
  return { hash: previous, segment: numbering.segmentOf(seq - 1, previous) };
};

const isBroken = (seq: number, named: string | null, stands: string | null): boolean =>
  named !== null && (seq === 1 ? named !== ZERO_HASH : stands !== null && named !== stands);
