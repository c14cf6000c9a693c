import { expect, test } from '@jest/globals';
import type { Proof } from '@nexus/cli';
import { reportJson, reportText, troublesOf, type Seen } from './report.ts';

const totals = {
  ...{ journalEntries: 9, gaps: 0, forks: 0, duplicatesAbsorbed: 0, exceptions: 0 },
  ...{ sales: 5, refunds: 0, saleLines: 10, refundLines: 0, grossSalesMinor: 1_000, grossRefundsMinor: 0 },
};
const proof: Proof = {
  ...{ tenant: { id: 'x', slug: 'x', name: 'X' }, currency: 'GHS', totals, branches: [], terminals: [] },
  ...{ stock: { movements: 10, units: 1 }, invariants: [{ name: 'dense', holds: true, detail: 'yes' }], holds: true },
};
const seen: Seen = {
  replacements: [
    {
      ...{ process: 'sync', round: 1, readyMs: 2_500, requests: 40, failed: 0 },
      from: { pid: 11, version: '1.0.0' },
      to: { pid: 12, version: '1.1.0' },
      ending: { ms: 10_200, how: 'exited with 0', killed: false },
    },
  ],
  total: { requests: 100, failed: 0 },
  clients: [['till', { requests: 100, failed: 0 }]],
  failures: [],
  signedUp: { begun: 1, made: 1 },
  heard: { changes: 3, lost: 0, slowestMs: 800 },
  sold: { sales: 5, lines: 10, gross: 1_000 },
  proof,
  ...{ unready: 0, badEndings: [], seconds: 90 },
};

test('a change that nobody noticed has no trouble, and its table has a line for each process', () => {
  expect(troublesOf(seen)).toEqual([]);
  const text = reportText(seen);
  expect(text).toMatch(/sync +│ 11 1\.0\.0 │ 12 1\.1\.0 │ 2\.5 s │ 10\.2 s +│ +0 │ +40 │ +0 /);
  expect(text).toContain('nobody noticed');
  expect(reportJson(seen)).toMatchObject({ unnoticed: true, troubles: [] });
});

const ending = (how: string, killed: boolean): Partial<Seen> => ({
  replacements: seen.replacements.map((one) => ({ ...one, ending: { ms: 1, how, killed } })),
});
const booked = (change: Partial<Proof['totals']>): Partial<Seen> => ({
  proof: { ...proof, totals: { ...totals, ...change } },
});

test.each<[string, Partial<Seen>, string]>([
  ['a failed request', { total: { requests: 100, failed: 2 } }, '2 of 100 requests failed'],
  ['no request', { total: { requests: 0, failed: 0 } }, 'nobody asked'],
  ['an exit with a failure', ending('exited with 1', false), 'sync (11) exited with 1'],
  ['a kill', ending('was ended by SIGKILL', true), 'was killed'],
  ['a bad end at last', { badEndings: ['edge exited with 1'] }, 'edge exited with 1'],
  ['a pod that was not ready', { unready: 1 }, 'fell out of readiness'],
  ['a chain that was not made', { signedUp: { begun: 2, made: 1 } }, '1 of 2 chains'],
  ['a lost nudge', { heard: { changes: 3, lost: 1, slowestMs: 1 } }, '1 of 3 changes'],
  ['no nudge', { heard: { changes: 0, lost: 0, slowestMs: 0 } }, 'no till heard'],
  ['no sale', { sold: { sales: 0, lines: 0, gross: 0 }, ...booked({ sales: 0 }) }, 'nothing was sold'],
  ['a lost sale', booked({ sales: 4 }), '5 sales were made, 4 are in the books'],
  ['a doubled sale', booked({ sales: 6 }), '5 sales were made, 6 are in the books'],
  ['other lines', booked({ saleLines: 11 }), '10 lines were sold'],
  ['other money', booked({ grossSalesMinor: 999 }), '1000 was taken, 999'],
  ['a gap', booked({ gaps: 1 }), '1 gaps'],
  ['an exception', booked({ exceptions: 1 }), '1 exceptions'],
  ['an invariant', { proof: { ...proof, invariants: [{ name: 'dense', holds: false, detail: 'no' }] } }, 'dense: no'],
])('%s is a trouble', (_, change, trouble) => {
  const bad = { ...seen, ...change };
  expect(troublesOf(bad)).toContainEqual(expect.stringContaining(trouble));
  expect(reportText(bad)).toContain('NOT UNNOTICED');
});
