import { describe, expect, test } from '@jest/globals';
import { ZERO_HASH } from '../hash.ts';
import { countForks, openGaps } from './census.ts';
import { classifyUpload, lookupRange } from './classify-upload.ts';
import { JournalModel, type TrueLine } from './journal-model.test-support.ts';
import { resendFrom, storedThrough } from './stored-through.ts';

const write = (from: number, to: number, side = 'a', before?: string): TrueLine[] =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const seq = from + index;
    const follows = index === 0 && before !== undefined ? before : seq === 1 ? ZERO_HASH : `${side}${seq - 1}`;
    return { seq, hash: `${side}${seq}`, follows, readable: true };
  });

describe('an upload', () => {
  test('behind the tip lengthens the one segment and needs no look-up', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 10));
    expect(lookupRange(journal.segments, 11, 10)).toBeNull();
    const result = journal.upload(write(11, 20));
    expect(result.fates.every((fate) => fate === 'numbered')).toBe(true);
    expect(journal.quick).toBe(true);
    expect(journal.segments).toMatchObject([{ firstSeq: 1, lastSeq: 20, firstNumber: 1, lastHash: 'a20' }]);
  });

  test('sent three times is stored once', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 10));
    expect(journal.upload(write(1, 10))).toMatchObject({ duplicates: 10, numbered: [], segments: [], nextNumber: 11 });
    expect(journal.upload(write(5, 12))).toMatchObject({ duplicates: 6, nextNumber: 13 });
  });

  test('beyond a gap waits, names what is missing, and is numbered once the gap fills', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 5));
    const beyond = journal.upload(write(8, 10));
    expect(beyond).toMatchObject({ numbered: [], fates: ['waiting', 'waiting', 'waiting'] });
    const through = storedThrough(journal.segments, beyond.tail);
    expect(through).toEqual({ seq: 5, hash: 'a5' });
    expect(resendFrom(through, 10)).toBe(6);
    const filling = journal.upload(write(6, 7));
    expect(filling.numbered.map(({ seq }) => seq)).toEqual([6, 7, 8, 9, 10]);
    expect(storedThrough(journal.segments, filling.tail).seq).toBe(10);
    expect(journal.segments).toHaveLength(1);
  });

  test('that waited too long is numbered beside its gap, which closes when the rest comes', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 5));
    journal.upload(write(8, 10));
    journal.expire(1);
    expect(journal.waiting).toEqual([]);
    expect(openGaps(journal.segments)).toMatchObject([{ from: 6, to: 7 }]);
    const late = journal.upload(write(6, 7));
    expect(late.numbered.map(({ number }) => number)).toEqual([9, 10]);
    expect(openGaps(journal.segments)).toEqual([]);
    expect(storedThrough(journal.segments, late.tail)).toEqual({ seq: 10, hash: 'a10' });
    expect(journal.forks).toEqual([]);
  });

  test('may leave out some of what waited: that is numbered later, without a gap', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 5));
    journal.upload(write(8, 10));
    const waited = journal.waiting;
    journal.waiting = [];
    journal.upload(write(6, 7));
    journal.waiting = waited;
    journal.expire(1);
    expect(journal.waiting).toEqual([]);
    expect(openGaps(journal.segments)).toEqual([]);
    expect(journal.segments).toMatchObject([{ firstSeq: 1, lastSeq: 10 }]);
  });

  test('of a clone opens a fork once, and each side gets its own answer', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 10));
    const opened = journal.upload(write(6, 8, 'b', 'a5'));
    expect(opened.forks).toMatchObject([{ seq: 6 }]);
    expect(storedThrough(journal.segments, opened.tail)).toEqual({ seq: 8, hash: 'b8' });
    const original = journal.upload(write(11, 12));
    expect(storedThrough(journal.segments, original.tail)).toEqual({ seq: 12, hash: 'a12' });
    const further = journal.upload(write(9, 9, 'b'));
    expect(storedThrough(journal.segments, further.tail)).toEqual({ seq: 9, hash: 'b9' });
    expect(journal.forks).toHaveLength(1);
    expect(countForks(journal.segments)).toBe(1);
  });

  test('with a line that names another predecessor keeps it where it stands and says so', () => {
    const journal = new JournalModel();
    const lines = write(1, 5).map((line) => (line.seq === 3 ? { ...line, follows: 'x' } : line));
    expect(journal.upload(lines)).toMatchObject({ broken: [3], nextNumber: 6 });
    expect(journal.segments).toHaveLength(1);
  });

  test('whose first line names what is not here waits, and is placed when sent with the line before it', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 2));
    const strange = write(3, 5, 'a', 'x');
    expect(journal.upload(strange).numbered).toEqual([]);
    journal.expire(1);
    expect(openGaps(journal.segments)).toHaveLength(1);
    const again = journal.upload([...write(2, 2), ...strange]);
    expect(again.duplicates).toBe(4);
    expect(openGaps(journal.segments)).toEqual([]);
    expect(storedThrough(journal.segments, again.tail)).toEqual({ seq: 5, hash: 'a5' });
  });

  test('with a second first line is a fork at 1', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 3));
    expect(journal.upload(write(1, 2, 'b')).forks).toMatchObject([{ seq: 1 }]);
    expect(journal.stored).toHaveLength(5);
  });

  test('without lines is answered for the head it names', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 3));
    expect(journal.upload([])).toMatchObject({ numbered: [], tail: { segment: null } });
    const [segment] = journal.segments;
    expect(storedThrough(journal.segments, { seq: 2, segment: segment?.id ?? null }).seq).toBe(3);
  });

  test('whose first line names nothing goes on behind the newest line at its place', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 3));
    journal.upload(write(3, 3, 'b', 'a2'));
    const unreadable = { seq: 4, hash: 'x4', follows: 'b3', readable: false };
    expect(journal.upload([unreadable])).toMatchObject({ fates: ['numbered'] });
    expect(journal.segmentOf('x4')?.id).toBe(journal.segmentOf('b3')?.id);
  });

  test('never moves a side that has its place: only what hung in the air is joined', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 7));
    journal.upload(write(6, 7, 'b', 'a5'));
    const side = journal.segmentOf('b6');
    expect(journal.upload([...write(5, 5, 'c', 'a4'), ...write(6, 6, 'b', 'c5')])).toMatchObject({
      fates: ['numbered', 'duplicate'],
    });
    expect(journal.segmentOf('b6')).toEqual(side);
  });

  test('that brings what an unreadable line stood behind closes the gap, though the line named nothing', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 3));
    journal.upload([{ seq: 5, hash: 'x5', follows: 'a4', readable: false }]);
    journal.expire(1);
    expect(openGaps(journal.segments)).toMatchObject([{ from: 4, to: 4 }]);
    journal.upload(write(4, 4));
    expect(openGaps(journal.segments)).toEqual([]);
    expect(countForks(journal.segments)).toBe(0);
  });

  test('that brings what an unreadable line waits for brings that too', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 3));
    journal.upload([{ seq: 5, hash: 'x5', follows: 'a4', readable: false }]);
    expect(journal.upload(write(4, 4)).numbered.map(({ hash }) => hash)).toEqual(['a4', 'x5']);
    expect(journal.waiting).toEqual([]);
  });

  test('meets tables that contradict each other with an error, not with a guess', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 3));
    const state = { segments: journal.segments, waiting: [], nextNumber: 4, newId: () => 'new' };
    const stored = [{ seq: 3, hash: 'a3', number: 9 }];
    const lines = [{ hash: 'b3', previous: 'a2' }];
    expect(() => classifyUpload({ ...state, stored }, { chain: 'chain', first: 3, lines })).toThrow('in no segment');
  });

  test('that names the tip from further on waits: the signed place counts, not what the line says', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 3));
    expect(journal.upload([{ seq: 6, hash: 'x6', follows: 'a3', readable: true }])).toMatchObject({
      fates: ['waiting'],
    });
    expect(journal.quick).toBe(false);
  });

  test('behind the tip says just as well which of its lines names another predecessor', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 3));
    const lines = write(4, 6).map((line) => (line.seq === 5 ? { ...line, follows: 'x' } : line));
    expect(journal.upload(lines)).toMatchObject({ broken: [5] });
    expect(journal.quick).toBe(true);
  });

  test('of one who stands where two sides part is answered for what they share', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 3));
    journal.upload(write(3, 3, 'd', 'a2'));
    journal.upload(write(4, 4, 'b', 'a3'));
    const shared = journal.segmentOf('a3')?.id ?? null;
    expect(storedThrough(journal.segments, { seq: 3, segment: shared })).toEqual({ seq: 4, hash: 'b4' });
    journal.upload(write(4, 4, 'c', 'a3'));
    expect(storedThrough(journal.segments, { seq: 3, segment: shared })).toEqual({ seq: 3, hash: 'a3' });
  });

  test('of another side whose beginning is not here is a fork and a gap, until it is', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 7));
    journal.upload(write(6, 8, 'b', 'b5'));
    journal.expire(1);
    expect(countForks(journal.segments)).toBe(1);
    // Where it branches off is not known: all that it could lack is named.
    expect(openGaps(journal.segments)).toMatchObject([{ from: 1, to: 5 }]);
    journal.upload(write(5, 5, 'b', 'a4'));
    expect(countForks(journal.segments)).toBe(1);
    expect(openGaps(journal.segments)).toEqual([]);
  });

  test('that follows another line than the tip before it lacks that one line', () => {
    const journal = new JournalModel();
    journal.upload(write(1, 5));
    journal.upload(write(6, 6, 'b', 'b5'));
    journal.expire(1);
    expect(openGaps(journal.segments)).toMatchObject([{ from: 5, to: 5 }]);
  });
});
