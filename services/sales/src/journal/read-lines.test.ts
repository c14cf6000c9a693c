import { describe, expect, test } from '@jest/globals';
import { KINDS_BY_SERVICE, knownEntry } from '@nexus/contracts';
import { FakeJournal } from '../testing/fake-journal.ts';
import { readLines, SALES_KINDS } from './read-lines.ts';

/** What sales makes of a journal's entries. */
function read(journal: FakeJournal) {
  const lines = journal.lines.map(({ line, hash }, index) => ({ number: index + 1, line, hash }));
  return readLines({ tenantId: journal.legalEntity, terminalId: journal.terminal }, lines);
}

describe('what comes from a till', () => {
  test('has a shape for every kind that anybody takes', () => {
    const shaped = knownEntry.options.flatMap(({ shape }) =>
      Object.values(KINDS_BY_SERVICE)
        .flat()
        .filter((kind) => shape.k.safeParse(kind).success),
    );
    expect(new Set(shaped)).toEqual(new Set(Object.values(KINDS_BY_SERVICE).flat()));
    expect(SALES_KINDS).toContain('cash-count');
  });

  test('a drawer that is counted during a shift is kept as what it held', () => {
    const journal = new FakeJournal();
    const { id } = journal.entry('cash-count', {
      cur: 'GHS',
      expected: 12_500,
      counted: 12_450,
      why: 'change of hands',
    });
    expect(read(journal)).toMatchObject({
      exceptions: [],
      transactions: [],
      shifts: [
        {
          kind: 'cash-count',
          entry: { id, number: 1 },
          currency: 'GHS',
          amount: 12_450,
          detail: { expected: 12_500, counted: 12_450, why: 'change of hands' },
        },
      ],
    });
  });

  test.each([
    ['without what it held', { cur: 'GHS', expected: 12_500 }],
    ['in no currency', { expected: 1, counted: 1 }],
    ['of parts of a minor unit', { cur: 'GHS', expected: 1, counted: 0.5 }],
  ])('a count %s is unreadable', (_how, body) => {
    const journal = new FakeJournal();
    journal.entry('cash-count', body);
    expect(read(journal)).toMatchObject({ shifts: [], exceptions: [{ kind: 'line-unreadable' }] });
  });
});
