import { describe, expect, test } from '@jest/globals';
import { summary, tallyOfCheck, tallyOfJest, type JestReport } from './tally.ts';

const file = (name: string, status: string, tests: Record<string, string>): JestReport['testResults'][number] => ({
  name: `/repo/${name}`,
  status,
  message: '',
  assertionResults: Object.entries(tests).map(([fullName, outcome]) => ({ fullName, status: outcome })),
});
const report = (...testResults: JestReport['testResults'][number][]): JestReport => ({ testResults });

describe('the tally of a Jest report', () => {
  test('counts each test once and names what failed and what was skipped', () => {
    const tally = tallyOfJest(
      'unit',
      report(
        file('a.test.ts', 'passed', { adds: 'passed', 'adds late': 'pending' }),
        file('b.test.ts', 'failed', { takes: 'failed', gives: 'passed' }),
      ),
      '/repo',
      3,
    );
    expect(tally).toEqual({
      step: 'unit',
      passed: 2,
      failed: 1,
      skipped: ['a.test.ts: adds late'],
      failures: ['b.test.ts: takes'],
      seconds: 3,
    });
  });

  test('a file that could not be loaded is a failure', () => {
    const tally = tallyOfJest('unit', report(file('c.test.ts', 'failed', {})), '/repo', 0);
    expect(tally.failures).toEqual(['c.test.ts: did not run to its end']);
    expect(tally.failed).toBe(1);
  });
});

describe('the summary', () => {
  test('ends with the sum over all steps', () => {
    const text = summary([
      tallyOfCheck('lint', undefined, 1),
      tallyOfCheck('format', 'exit code 1', 1),
      tallyOfJest('unit', report(file('a.test.ts', 'passed', { adds: 'passed' })), '/repo', 1),
    ]);
    expect(text.split('\n').at(-1)).toBe('2 passed, 1 failed');
    expect(text).toContain('format: exit code 1');
  });

  test('names every skipped test', () => {
    const text = summary([
      tallyOfJest('int', report(file('a.test.ts', 'passed', { 'whole file': 'pending' })), '/repo', 1),
    ]);
    expect(text).toContain('skipped:\n  a.test.ts: whole file');
    expect(text.split('\n').at(-1)).toBe('0 passed, 0 failed');
  });
});
