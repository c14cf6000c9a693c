import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHeadlessTill } from '@nexus/terminal-headless';
import { CliError } from '../cli-error.ts';
import { exportJournalFile } from './journal.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nexus-journal-'));
  await (await openTill()).close();
});
afterAll(() => rm(directory, { recursive: true }));

const openTill = () => createHeadlessTill({ directory, platform: 'http://nowhere.invalid' });
const fileOf = (name: string): string => join(directory, name);

/** What a person is told; fails the test where it is a program's error. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CliError);
  return (error as CliError).message;
}

describe('an export says what is wrong', () => {
  test('where there is no till', async () => {
    expect(await refusal(exportJournalFile(fileOf('none'), fileOf('x')))).toContain('there is no till in');
  });

  test('where the till never wrote that chain, and leaves no file', async () => {
    expect(await refusal(exportJournalFile(directory, fileOf('x'), 'nope'))).toBe(
      'this till has not written that chain',
    );
    expect([fileOf('x'), fileOf('x.part')].map(existsSync)).toEqual([false, false]);
  });

  test('where somebody sells with the till', async () => {
    const till = await openTill();
    expect(await refusal(exportJournalFile(directory, fileOf('x')))).toContain('is in use');
    await till.close();
  });
});
