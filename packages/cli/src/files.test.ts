import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CliError } from './cli-error.ts';
import { sizeOfFile, withUnwritable } from './files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexus-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a file', () => {
  test('to be read has a size, or says why it cannot be read', async () => {
    const file = join(folder, 'five');
    await writeFile(file, '12345');
    expect(await sizeOfFile(file)).toBe(5);
    await expect(sizeOfFile(join(folder, 'none'))).rejects.toThrow(/none cannot be read: ENOENT/);
    await expect(sizeOfFile(folder)).rejects.toThrow('it is not a file');
  });

  test('that cannot be written is named; what is no matter of files stays what it is', async () => {
    const file = join(folder, 'no', 'such', 'folder');
    const failure: unknown = await writeFile(file, '').catch((error: unknown) => error);
    expect(withUnwritable(file, failure)).toBeInstanceOf(CliError);
    expect(String(withUnwritable(file, failure))).toContain(`${file} cannot be written: ENOENT`);
    const bug = new Error('a bug');
    expect(withUnwritable(file, bug)).toBe(bug);
  });
});
