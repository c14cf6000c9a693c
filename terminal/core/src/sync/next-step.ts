import type { UploadAnswer } from '@nexus/contracts';
import type { Batch } from '../journal/journal-reader.ts';

/** What this device knows of the chain it uploads. */
export interface OwnChain {
  readonly acknowledged: number;
  readonly headSeq: number;
  /** Oldest entry still kept. */
  readonly keptFrom: number;
  /** This device's hash at the place that the answer names; null where it has none (any more). */
  readonly hashThere: string | null;
}

/**
 * `on`: as it should be. `back`: the server has less than it had acknowledged (it was restored). `ahead`: it has
 * entries of this chain that this device never wrote. `other-side`: it has another entry at a place where this device
 * has its own: one of them is a clone or a restored copy of the other. `unplaced`: it keeps these lines, but cannot
 * join them to what it has.
 */
export type Verdict = 'on' | 'back' | 'ahead' | 'other-side' | 'unplaced';

export interface Step {
  readonly verdict: Verdict;
  /** Stored on the server without a hole, as far as this device can tell. */
  readonly acknowledged: number;
  /** Where to send on. */
  readonly next: number;
  /** How often sending has been taken back in a row: goes into the next call. */
  readonly retreats: number;
}

const FIRST_RETREAT = 100;

/**
 * Decides, after an answer, what is acknowledged and where to send on. Whatever the answer was, sending comes to an
 * end: a retreat that reaches the oldest kept entry, or does not help, is followed by going forward, since the server
 * has stored every line it was sent.
 */
export const nextStep = (sent: Batch, answer: UploadAnswer, own: OwnChain, retreats: number): Step => {
  const last = sent.first + sent.count - 1;
  const { seq, hash } = answer.through;
  const forward = (verdict: Verdict, acknowledged: number): Step => ({
    verdict,
    acknowledged,
    next: Math.max(acknowledged, last) + 1,
    retreats: 0,
  });
  const retreat = (verdict: Verdict, acknowledged: number, to: number): Step => {
    const next = Math.max(own.keptFrom, to);
    if (next >= sent.first) return forward('unplaced', last);
    return { verdict, acknowledged: Math.min(acknowledged, next - 1), next, retreats: retreats + 1 };
  };

  if (seq > own.headSeq) return forward('ahead', last);
  const shared = seq < own.keptFrom || own.hashThere === hash;
  if (!shared) {
    if (seq >= last) return forward('other-side', last);
    return retreat('other-side', own.acknowledged, sent.first - FIRST_RETREAT * 2 ** retreats);
  }
  if (seq >= last) return forward(seq < own.acknowledged ? 'back' : 'on', seq);
  // A hole before what was sent. Where it was sent right behind what the server has and still does not join, the entry
  // that both share goes along once more: standing behind it in one upload places the rest.
  const to = seq + 1 < sent.first ? seq + 1 : seq;
  return retreat(seq < own.acknowledged ? 'back' : 'on', seq, to);
};
