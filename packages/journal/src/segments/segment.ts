/**
 * How the server keeps one chain of a terminal's journal in order. Stored lines are numbered densely for each terminal
 * (1, 2, 3 … over all its chains); a segment is a run of lines whose sequences and numbers are both contiguous. Segments
 * form a tree: `parent` is the segment that holds the line before the first. A hole in the chain is a segment without
 * its parent (an orphan), a fork is a line with two successors.
 */
export interface Segment {
  readonly chain: string;
  readonly id: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly firstNumber: number;
  /** Previous hash that the first line names; null where it does not parse. */
  readonly firstPrev: string | null;
  readonly lastHash: string;
  /** Null: the chain's first line, or the line before is not here. */
  readonly parent: string | null;
}

/** A numbered line, as the journal table has it. */
export interface StoredLine {
  readonly seq: number;
  readonly hash: string;
  readonly number: number;
}

/** A stored line without a number: what it follows is not here yet. `previous` null: it did not parse. */
export interface WaitingLine {
  readonly seq: number;
  readonly hash: string;
  readonly previous: string | null;
}

/** A line that gets its number now. `index` is its place in the upload; absent for one that was waiting. */
export interface NumberedLine {
  readonly seq: number;
  readonly hash: string;
  readonly number: number;
  readonly segment: string;
  readonly index?: number;
}

/** Where a chain has more than one successor of a line. `key` is stable: the same fork is reported once. */
export interface Fork {
  readonly key: string;
  /** Sequence of the successors. */
  readonly seq: number;
  /** Segments of the sides, the oldest first. */
  readonly sides: readonly string[];
}

export const lastNumberOf = (segment: Segment): number => segment.firstNumber + segment.lastSeq - segment.firstSeq;

/** The line before its first is not here. */
export const isOrphan = (segment: Segment): boolean => segment.parent === null && segment.firstSeq > 1;
