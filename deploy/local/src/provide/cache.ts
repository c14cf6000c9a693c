import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ENGINES_NEED_BYTES, requireFreeDisk } from '../free-disk.ts';
import { cacheDir } from '../paths.ts';
import type { Progress } from '../progress.ts';
import { withFileLock } from './lock.ts';

/** Longer than the longest build on two slow cores; a waiter gives up after that. */
const LOCK_TIMEOUT_MS = 45 * 60_000;

export function cachedPath(key: string): string | undefined {
  const path = join(cacheDir(), key);
  return existsSync(path) ? path : undefined;
}

/**
 * The folder of one cached thing. It is made in a temporary folder and renamed when whole, so a build that was cut off
 * leaves nothing that looks finished; two makers of the same thing wait for each other.
 */
export async function cached(
  key: string,
  progress: Progress,
  make: (intoDir: string) => Promise<void>,
): Promise<string> {
  const found = cachedPath(key);
  if (found) return found;
  const target = join(cacheDir(), key);
  const lock = join(cacheDir(), 'locks', `${key}.lock`);
  const onWait = () => progress(`another process is preparing ${key}; waiting for it`);
  return withFileLock(lock, { timeoutMs: LOCK_TIMEOUT_MS, onWait }, async () => {
    if (existsSync(target)) return target;
    await requireFreeDisk(cacheDir(), ENGINES_NEED_BYTES);
    const temporary = join(cacheDir(), 'tmp', `${key}-${randomBytes(6).toString('hex')}`);
    await mkdir(temporary, { recursive: true });
    try {
      await make(temporary);
      await rename(temporary, target);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    return target;
  });
}
