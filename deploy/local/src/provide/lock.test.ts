import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { identityOf } from '../process/identity.ts';
import { temporaryDir } from '../test-support/temporary-dir.ts';
import { withFileLock } from './lock.ts';

describe('a lock file', () => {
  test('lets one in at a time', async () => {
    using dir = temporaryDir();
    const path = join(dir.path, 'a.lock');
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all(Array.from({ length: 5 }, () => withFileLock(path, { timeoutMs: 10_000 }, work)));
    expect(most).toBe(1);
  });

  test('is free again after its holder failed', async () => {
    using dir = temporaryDir();
    const path = join(dir.path, 'a.lock');
    const failing = withFileLock(path, { timeoutMs: 20_000 }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await withFileLock(path, { timeoutMs: 20_000 }, async () => 'in')).toBe('in');
  });

  test('of a process that died is taken over, even when its id is in use again', async () => {
    using dir = temporaryDir();
    const path = join(dir.path, 'a.lock');
    writeFileSync(path, JSON.stringify({ pid: process.pid, startTime: 'long ago' }));
    expect(await withFileLock(path, { timeoutMs: 20_000 }, async () => 'in')).toBe('in');
  });

  test('of a living process is waited for, and the wait ends with a word', async () => {
    using dir = temporaryDir();
    const path = join(dir.path, 'a.lock');
    writeFileSync(path, JSON.stringify(identityOf(process.pid)));
    const told: string[] = [];
    const waiting = withFileLock(path, { timeoutMs: 300, onWait: () => told.push('waits') }, async () => 'in');
    await expect(waiting).rejects.toThrow('still holds');
    expect(told).toEqual(['waits']);
  });
});
