import { describe, expect, test } from '@jest/globals';
import type { TerminalJournalRow } from '@nexus/contracts';
import { stateOf, unsentOf } from './unsent.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const till = (changes: Partial<TerminalJournalRow> = {}): TerminalJournalRow => ({
  terminal: 't',
  index: 0,
  name: 'Till 1',
  branch: 'b',
  enrolled: true,
  revokedAt: null,
  lastContact: '2026-11-21T11:59:00Z',
  receivedThrough: 10,
  tillHead: 10,
  entries: 10,
  waiting: 0,
  unsent: { count: 0, gross: 0, currency: null, oldest: null },
  ...changes,
});
const holding = (count: number, gross: number, currency: string, oldest: number | null) =>
  till({ unsent: { count, gross, currency, oldest } });

describe('what tills still hold', () => {
  test('is counted over tills, by currency, with the oldest', () => {
    const rows = [till(), holding(2, 500, 'GHS', 40), holding(1, 300, 'GHS', 20), holding(1, 9, 'XOF', null)];
    expect(unsentOf(rows)).toEqual({
      terminals: 3,
      count: 4,
      amounts: [
        { currency: 'GHS', gross: 800 },
        { currency: 'XOF', gross: 9 },
      ],
      oldest: 20,
    });
    expect(unsentOf([till()])).toEqual({ terminals: 0, count: 0, amounts: [], oldest: null });
  });
});

describe('state of a till', () => {
  test('revoked before all, then whether it was ever enrolled, then whether it speaks', () => {
    expect(stateOf(till(), NOW)).toBe('ready');
    expect(stateOf(till({ enrolled: false, lastContact: null }), NOW)).toBe('waiting');
    expect(stateOf(till({ enrolled: false, revokedAt: '2026-11-01T00:00:00Z' }), NOW)).toBe('revoked');
    expect(stateOf(till({ lastContact: '2026-11-20T11:59:00Z' }), NOW)).toBe('silent');
    expect(stateOf(till({ lastContact: null }), NOW)).toBe('ready');
  });
});
