import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { FixtureResult } from './lint/check-fixtures.ts';

const script = join(import.meta.dirname, 'lint/check-fixtures.ts');
let results: FixtureResult[];

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  results = JSON.parse(stdout.slice(stdout.indexOf('[{'))) as FixtureResult[];
}, 180_000);

describe('the import rules', () => {
  test('each offender is caught by the rule that is meant to catch it', () => {
    const offenders = results.filter(({ expected }) => !expected.includes('nothing'));
    expect(offenders.length).toBeGreaterThanOrEqual(20);
    expect(offenders.filter(({ expected, found }) => !expected.some((complaint) => found.includes(complaint)))).toEqual(
      [],
    );
  });

  test('what is allowed is left alone', () => {
    const fine = results.filter(({ expected }) => expected.includes('nothing'));
    expect(fine.length).toBeGreaterThan(0);
    expect(fine.filter(({ found }) => found.length > 0)).toEqual([]);
  });
});
