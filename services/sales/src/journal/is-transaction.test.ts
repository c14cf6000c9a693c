import { returnEntry, saleEntry } from '@nexus/contracts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FakeJournal, lineOf } from '../testing/fake-journal.ts';
import { isTransaction } from './is-transaction.ts';

const journal = new FakeJournal();
journal.transaction('sale', [lineOf(1, 1_000, 250), lineOf(2, 2_500, 99)], { vv: { [journal.terminal]: 3 } });
journal.transaction('return', [lineOf(1, 1_000, 250, { entry: journal.terminal, line: 1 })]);
const written = journal.lines.map(({ line }) => line);

type Json = Record<string, unknown>;
/** Every place in a value, as the keys that lead to it. */
function places(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...at, key]))];
}
/** The value with another one at a place; undefined takes it away. */
function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value))
    return (value as unknown[]).map((item, at) => (String(at) === key ? changed(item, rest, to) : item));
  // What is undefined is not there: as JSON, which every line is, has it.
  return JSON.parse(JSON.stringify({ ...(value as Json), [key]: changed((value as Json)[key], rest, to) }));
}
const byZod = (value: unknown): boolean => saleEntry.safeParse(value).success || returnEntry.safeParse(value).success;

describe('the compiled schemas of sales and returns', () => {
  test('take what tills write', () => {
    for (const line of written) expect(isTransaction(JSON.parse(line))).toBe(true);
  });

  test('judge as the contracts do, whatever is changed, taken away or added', () => {
    const entries = written.map((line) => JSON.parse(line) as unknown);
    const other = fc.oneof(
      fc.jsonValue(),
      fc.constant(undefined),
      fc.double(),
      fc.integer(),
      fc.string({ unit: 'binary', maxLength: 700 }),
      fc.constantFrom(
        -1,
        0,
        0.5,
        2 ** 53,
        '',
        '2026-02-30',
        '2024-02-29',
        'GHS',
        'ghs',
        'sale',
        'return',
        'x'.repeat(65),
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...entries), fc.nat(), other, (entry, index, value) => {
        const all = places(entry);
        const place = all[index % all.length] ?? [];
        const variant = changed(entry, place, typeof value === 'number' && Number.isNaN(value) ? null : value);
        expect({ place, value, taken: isTransaction(variant) }).toEqual({ place, value, taken: byZod(variant) });
      }),
      { numRuns: 3_000 },
    );
  });

  test('count lengths as the contracts do', () => {
    const entry = JSON.parse(written[0] ?? '') as { L: Json[] };
    for (const [description, taken] of [
      ['🧾'.repeat(500), true],
      ['🧾'.repeat(501), false],
    ] as const) {
      const long = { ...entry, L: entry.L.map((line) => ({ ...line, d: description })) };
      expect([isTransaction(long), byZod(long)]).toEqual([taken, taken]);
    }
  });

  test('leave a field that they do not name to whoever knows it', () => {
    const entry = JSON.parse(written[0] ?? '') as Json;
    expect(isTransaction({ ...entry, later: { anything: 1 } })).toBe(true);
    expect(byZod({ ...entry, later: { anything: 1 } })).toBe(true);
  });
});
