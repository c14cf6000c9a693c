import {
  lastNumberOf,
  isOrphan,
  type NumberedLine,
  type Segment,
  type StoredLine,
  type WaitingLine,
} from './segment.ts';

export interface NumberingState {
  /** All segments of the chain. */
  readonly segments: readonly Segment[];
  /** Next number of the terminal. */
  readonly nextNumber: number;
  /** All waiting lines of the chain. */
  readonly waiting: readonly WaitingLine[];
  /** Makes the id of a new segment. */
  readonly newId: () => string;
}

const at = (seq: number, hash: string | null): string => `${seq}:${hash ?? ''}`;

/**
 * One transaction's numbering of one chain: knows in which segment each line in reach lies, gives numbers, and drains
 * what waited for a line as soon as that line has its number.
 */
export class Numbering {
  readonly #chain: string;
  readonly #newId: () => string;
  readonly #segments = new Map<string, Segment>();
  readonly #changed = new Set<string>();
  /** Segment of a numbered line in reach, by place and hash; and the newest such line of a place alone. */
  readonly #places = new Map<string, string>();
  readonly #orphans = new Map<string, Segment[]>();
  readonly #waiting = new Map<string, WaitingLine>();
  readonly #waitingFor = new Map<string, WaitingLine[]>();
  readonly #fresh: { seq: number; hash: string }[] = [];
  readonly numbered: NumberedLine[] = [];
  nextNumber: number;

  constructor(chain: string, state: NumberingState, stored: readonly StoredLine[]) {
    this.#chain = chain;
    this.#newId = state.newId;
    this.nextNumber = state.nextNumber;
    for (const segment of [...state.segments].sort((a, b) => lastNumberOf(a) - lastNumberOf(b))) {
      this.#segments.set(segment.id, segment);
      this.#know(segment.lastSeq, segment.lastHash, segment.id);
      if (isOrphan(segment)) push(this.#orphans, at(segment.firstSeq - 1, segment.firstPrev), segment);
    }
    this.#knowStored(stored);
    for (const line of state.waiting) this.wait(line);
  }

  /** Segment of a numbered line; of the newest one at that place where `hash` is null. */
  segmentOf(seq: number, hash: string | null): string | null {
    return this.#places.get(at(seq, hash)) ?? null;
  }

  isWaiting(seq: number, hash: string): boolean {
    return this.#waiting.has(at(seq, hash));
  }

  wait(line: WaitingLine): void {
    this.#waiting.set(at(line.seq, line.hash), line);
    push(this.#waitingFor, at(line.seq - 1, line.previous), line);
  }

  /** Numbers a line after the one in `parent` (null: it starts the chain, or what it follows is not here). */
  number(line: WaitingLine, parent: string | null, index?: number): string {
    this.#waiting.delete(at(line.seq, line.hash));
    const number = this.nextNumber++;
    const segment = this.#place(line, parent, number);
    this.#segments.set(segment.id, segment);
    this.#changed.add(segment.id);
    this.#know(line.seq, line.hash, segment.id);
    this.#fresh.push(line);
    this.numbered.push({
      seq: line.seq,
      hash: line.hash,
      number,
      segment: segment.id,
      ...(index === undefined ? undefined : { index }),
    });
    this.#adopt(line, segment.id);
    return segment.id;
  }

  /** Links a segment whose first line is known to follow a line of `parent`. */
  link(segmentId: string, firstSeq: number, parent: string): void {
    const segment = this.#segments.get(segmentId);
    if (!segment || segment.firstSeq !== firstSeq || !isOrphan(segment)) return;
    this.#segments.set(segmentId, { ...segment, parent });
    this.#changed.add(segmentId);
  }

  /** Numbers everything that waited for a line numbered so far, and what waited for that, each run to its end. */
  drain(): void {
    const stack = this.#fresh.splice(0).reverse();
    for (let line = stack.pop(); line; line = stack.pop()) {
      const segment = this.segmentOf(line.seq, line.hash);
      for (const waiting of this.#waitersOf(line)) this.number(waiting, segment);
      stack.push(...this.#fresh.splice(0).reverse());
    }
  }

  /** The chain's segments now, and those made or changed. */
  result(): { readonly all: Segment[]; readonly changed: Segment[] } {
    const all = [...this.#segments.values()];
    return { all, changed: all.filter((segment) => this.#changed.has(segment.id)) };
  }

  #place(line: WaitingLine, parentId: string | null, number: number): Segment {
    const parent = parentId === null ? undefined : this.#segments.get(parentId);
    if (parent && parent.lastSeq === line.seq - 1 && lastNumberOf(parent) === number - 1) {
      return { ...parent, lastSeq: line.seq, lastHash: line.hash };
    }
    return {
      chain: this.#chain,
      id: this.#newId(),
      firstSeq: line.seq,
      lastSeq: line.seq,
      firstNumber: number,
      firstPrev: line.previous,
      lastHash: line.hash,
      parent: parent?.id ?? null,
    };
  }

  #know(seq: number, hash: string, segment: string): void {
    this.#places.set(at(seq, hash), segment);
    this.#places.set(at(seq, null), segment);
  }

  #knowStored(stored: readonly StoredLine[]): void {
    const byNumber = [...this.#segments.values()].sort((a, b) => a.firstNumber - b.firstNumber);
    for (const line of [...stored].sort((a, b) => a.number - b.number)) {
      const segment = byNumber.findLast(({ firstNumber }) => firstNumber <= line.number);
      if (!segment || lastNumberOf(segment) < line.number) throw new Error(`number ${line.number} is in no segment`);
      this.#know(line.seq, line.hash, segment.id);
    }
  }

  /** Orphans that named this line, or that could not name any and stand right behind it. */
  #adopt(line: { seq: number; hash: string }, parent: string): void {
    if (this.#orphans.size === 0) return;
    for (const key of [at(line.seq, line.hash), at(line.seq, null)]) {
      for (const orphan of this.#orphans.get(key) ?? []) this.link(orphan.id, orphan.firstSeq, parent);
    }
  }

  #waitersOf(line: { seq: number; hash: string }): WaitingLine[] {
    if (this.#waiting.size === 0) return [];
    return [at(line.seq, line.hash), at(line.seq, null)]
      .flatMap((key) => this.#waitingFor.get(key) ?? [])
      .filter((waiting) => this.isWaiting(waiting.seq, waiting.hash));
  }
}

const push = <T>(map: Map<string, T[]>, key: string, value: T): void => {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
};
