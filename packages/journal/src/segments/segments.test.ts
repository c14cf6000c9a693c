import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ZERO_HASH } from '../hash.ts';
import { countForks, forksOf, openGaps } from './census.ts';
import { JournalModel, type TrueLine } from './journal-model.test-support.ts';
import { isOrphan, lastNumberOf } from './segment.ts';
import { resendFrom, storedThrough } from './stored-through.ts';

/** One chain and its clones: each till is the whole list of lines it holds, shared ones first. */
const writeTills = (
  plan: readonly { readonly from: number; readonly at: number; readonly more: number }[],
): TrueLine[][] => {
  const tills: TrueLine[][] = [];
  plan.forEach(({ from, at, more }, till) => {
    const origin = tills[from % Math.max(1, tills.length)] ?? [];
    const lines = origin.slice(0, origin.length === 0 ? 0 : at % (origin.length + 1));
    for (let i = 0; i < more; i++) {
      const follows = lines.at(-1)?.hash ?? ZERO_HASH;
      lines.push({ seq: lines.length + 1, hash: `h${till}.${lines.length + 1}`, follows, readable: true });
    }
    tills.push(lines);
  });
  return tills;
};

type Step =
  | { readonly kind: 'upload'; readonly till: number; readonly start: number; readonly length: number }
  | { readonly kind: 'expire'; readonly count: number };
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('upload' as const),
        till: fc.nat(4),
        start: fc.nat(40),
        length: fc.integer({ min: 1, max: 15 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('expire' as const), count: fc.integer({ min: 1, max: 5 }) }),
    },
  ),
  { maxLength: 30 },
);
const clones = fc.array(fc.record({ from: fc.nat(4), at: fc.nat(40), more: fc.integer({ min: 1, max: 25 }) }), {
  minLength: 1,
  maxLength: 4,
});

const run = (journal: JournalModel, tills: readonly TrueLine[][], step: Step): void => {
  if (step.kind === 'expire') return journal.expire(step.count);
  const lines = tills[step.till % tills.length] ?? [];
  const start = step.start % lines.length;
  const sent = lines.slice(start, start + step.length);
  const { tail } = journal.upload(sent);
  checkThrough(journal, lines, sent.at(-1) as TrueLine, tail);
};

/** Everything that must hold after any step, checked the slow and plain way. */
const checkTables = (journal: JournalModel, truth: ReadonlyMap<string, TrueLine>): void => {
  const numbers = journal.stored.map(({ number }) => number).sort((a, b) => a - b);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  const numbered = new Set(journal.stored.map(({ hash }) => hash));
  expect(numbered.size).toBe(journal.stored.length);
  expect(journal.waiting.filter(({ hash }) => numbered.has(hash))).toEqual([]);
  expect(new Set(journal.waiting.map(({ hash }) => hash)).size).toBe(journal.waiting.length);
  for (const { hash } of journal.waiting) expect(numbered.has(truth.get(hash)?.follows ?? '')).toBe(false);

  const byNumber = new Map(journal.stored.map((line) => [line.number, line]));
  for (const segment of journal.segments) {
    let follows = segment.firstPrev;
    for (let number = segment.firstNumber; number <= lastNumberOf(segment); number++) {
      const line = byNumber.get(number);
      expect(line?.seq).toBe(segment.firstSeq + number - segment.firstNumber);
      expect(truth.get(line?.hash ?? '')?.follows).toBe(follows);
      follows = line?.hash ?? null;
    }
    expect(follows).toBe(segment.lastHash);
    const parent = journal.segmentOf(segment.firstPrev ?? '');
    expect(segment.parent).toBe(parent?.id ?? null);
  }
  const covered = journal.segments.reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0);
  expect(covered).toBe(journal.stored.length);
};

const checkThrough = (
  journal: JournalModel,
  till: readonly TrueLine[],
  last: TrueLine,
  tail: { seq: number; segment: string | null },
): void => {
  const through = storedThrough(journal.segments, tail);
  const numbered = new Map(journal.stored.map((line) => [line.hash, line]));
  const whole = till.slice(0, last.seq).every(({ hash }) => numbered.has(hash));
  if (whole) {
    // At least what was sent; and where it names a line of this till, all before it is stored.
    expect(through.seq).toBeGreaterThanOrEqual(last.seq);
    expect(resendFrom(through, last.seq)).toBeUndefined();
  } else {
    expect(through.seq).toBeLessThan(last.seq);
    expect(resendFrom(through, last.seq)).toBe(through.seq + 1);
  }
  if (through.seq > 0) expect(numbered.get(through.hash)?.seq).toBe(through.seq);
  if (till[through.seq - 1]?.hash === through.hash) {
    expect(till.slice(0, through.seq).every(({ hash }) => numbered.has(hash))).toBe(true);
  }
};

const sides = (tills: readonly TrueLine[][]): number => {
  const successors = new Map<string, Set<string>>();
  for (const line of tills.flat()) {
    successors.set(line.follows, (successors.get(line.follows) ?? new Set()).add(line.hash));
  }
  return [...successors.values()].reduce((forks, hashes) => forks + hashes.size - 1, 0);
};

describe('segments', () => {
  test('hold every line once, whatever the order, the gaps, the repetitions and the forks', () => {
    fc.assert(
      fc.property(clones, steps, fc.array(fc.nat(), { maxLength: 8 }), (plan, script, finish) => {
        const tills = writeTills(plan);
        const truth = new Map(tills.flat().map((line) => [line.hash, line]));
        const journal = new JournalModel();
        const sent = new Set<string>();
        for (const step of script) {
          run(journal, tills, step);
          checkTables(journal, truth);
        }
        // At last every till sends everything, in any order of tills.
        const order = tills.map((_, index) => index).sort((a, b) => (finish[a] ?? a) - (finish[b] ?? b));
        for (const index of order) {
          const lines = tills[index] ?? [];
          lines.forEach(({ hash }) => sent.add(hash));
          run(journal, tills, { kind: 'upload', till: index, start: 0, length: lines.length });
          checkTables(journal, truth);
        }
        expect(new Set(journal.stored.map(({ hash }) => hash))).toEqual(sent);
        expect(journal.waiting).toEqual([]);
        expect(journal.segments.filter(isOrphan)).toEqual([]);
        expect(openGaps(journal.segments)).toEqual([]);
        expect(countForks(journal.segments)).toBe(sides(tills));
        const reported = new Set(journal.forks.map(({ key }) => key));
        for (const { key } of forksOf(journal.segments)) expect(reported).toContain(key);
      }),
      { numRuns: 150 },
    );
  });

  test('place lines that do not parse by the signed header', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 25 }), steps, (readable, script) => {
        const [lines = []] = writeTills([{ from: 0, at: 0, more: readable.length }]);
        const till = lines.map((line, index) => ({ ...line, readable: readable[index] ?? true }));
        const truth = new Map(till.map((line) => [line.hash, line]));
        const journal = new JournalModel();
        for (const step of script) run(journal, [till], step);
        run(journal, [till], { kind: 'upload', till: 0, start: 0, length: till.length });
        expect(journal.stored.length).toBe(truth.size);
        expect(journal.waiting).toEqual([]);
        expect(journal.segments.filter(isOrphan)).toEqual([]);
        expect(countForks(journal.segments)).toBe(0);
        expect(storedThrough(journal.segments, { seq: 1, segment: journal.segmentOf('h0.1')?.id ?? null })).toEqual({
          seq: till.length,
          hash: till.at(-1)?.hash,
        });
      }),
    );
  });
});
