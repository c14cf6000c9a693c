import { expect } from '@jest/globals';
import { classifyLines, classifyUpload, lookupRange, type ClassifiedUpload } from './classify-upload.ts';
import { lengthenTip } from './lengthen-tip.ts';
import { numberWaiting } from './number-waiting.ts';
import { lastNumberOf, type Fork, type Segment, type StoredLine, type WaitingLine } from './segment.ts';

/** A line as a till wrote it: what it really follows is known, also where its bytes do not say so. */
export interface TrueLine {
  readonly seq: number;
  readonly hash: string;
  readonly follows: string;
  readonly readable: boolean;
}

const CHAIN = 'chain';

/** A server's tables in memory, written only by what the functions under test say. Shared by this folder's tests. */
export class JournalModel {
  segments: Segment[] = [];
  stored: StoredLine[] = [];
  waiting: WaitingLine[] = [];
  readonly forks: Fork[] = [];
  nextNumber = 1;
  /** Whether the last upload went the short way. */
  quick = false;
  #ids = 0;

  upload(lines: readonly TrueLine[]): ClassifiedUpload {
    const first = lines[0]?.seq ?? 1;
    const range = lookupRange(this.segments, first, lines.length);
    const state = {
      ...this.#state(),
      stored: range ? this.stored.filter(({ seq }) => seq >= range.from && seq <= range.to) : [],
    };
    const upload = {
      chain: CHAIN,
      first,
      lines: lines.map(({ hash, follows, readable }) => ({ hash, previous: readable ? follows : null })),
    };
    const result = classifyUpload(state, upload);
    this.quick = lengthenTip(state, upload) !== null;
    // The short way must say just what the long one says.
    if (this.quick) expect(result).toEqual(classifyLines(state, upload));
    this.#write(result);
    this.waiting.push(...result.waiting.map(({ seq, hash, previous }) => ({ seq, hash, previous })));
    return result;
  }

  expire(count: number): void {
    this.#write(numberWaiting(CHAIN, this.#state(), this.waiting.slice(0, count)));
  }

  segmentOf(hash: string): Segment | undefined {
    const number = this.stored.find((line) => line.hash === hash)?.number ?? 0;
    return this.segments.find((segment) => segment.firstNumber <= number && number <= lastNumberOf(segment));
  }

  #state() {
    return {
      segments: this.segments,
      nextNumber: this.nextNumber,
      waiting: this.waiting,
      newId: () => `segment-${++this.#ids}`,
    };
  }

  #write(result: Pick<ClassifiedUpload, 'segments' | 'numbered' | 'nextNumber' | 'forks'>): void {
    const changed = new Map(result.segments.map((segment) => [segment.id, segment]));
    this.segments = this.segments.map((segment) => changed.get(segment.id) ?? segment);
    const known = new Set(this.segments.map(({ id }) => id));
    this.segments.push(...result.segments.filter(({ id }) => !known.has(id)));
    this.stored.push(...result.numbered.map(({ seq, hash, number }) => ({ seq, hash, number })));
    const numbered = new Set(result.numbered.map(({ hash }) => hash));
    this.waiting = this.waiting.filter(({ hash }) => !numbered.has(hash));
    this.nextNumber = result.nextNumber;
    this.forks.push(...result.forks);
  }
}
