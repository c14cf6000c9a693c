import { expect, test } from '@jest/globals';
import { requireFreeDisk } from './free-disk.ts';
import { describeError, LauncherError } from './launcher-error.ts';
import { temporaryDir } from './test-support/temporary-dir.ts';

test('a disk with room is let pass', async () => {
  using dir = temporaryDir();
  await requireFreeDisk(`${dir.path}/not/there/yet`, 1);
});

test('one without is named, with what is free, what is needed and what to do', async () => {
  using dir = temporaryDir();
  const refused = requireFreeDisk(dir.path, 2 ** 60);
  await expect(refused).rejects.toThrow(LauncherError);
  const text = describeError(await refused.catch((error: unknown) => error));
  expect(text).toMatch(
    /^Only \d+\.\d GiB are free on the disk of .+; 1073741824\.0 GiB are needed\.\n {2}What to do: Free/,
  );
  expect(text).toContain(dir.path);
});

test('a disk that filled up meanwhile is told without a stack, wherever it was met', () => {
  const met = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const text = describeError(new Error('the engines’ state was not written', { cause: met }));
  expect(text).toBe(
    'the engines’ state was not written (ENOSPC: no space left on device, write)\n' +
      '  What to do: free some space (`df -h` shows where), then start again.',
  );
});
