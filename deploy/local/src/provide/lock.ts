import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { LauncherError } from '../launcher-error.ts';
import { identityOf, isAlive } from '../process/identity.ts';

const POLL_MS = 200;
const holderSchema = z.object({ pid: z.number(), startTime: z.string() });

/**
 * Runs `work` while holding a lock file that names its holder. A holder that died is recognised by its process id and
 * start time, so nobody waits for it.
 */
export async function withFileLock<T>(
  path: string,
  options: { timeoutMs: number; onWait?: () => void },
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  await acquire(path, options);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, options: { timeoutMs: number; onWait?: () => void }): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  const self = JSON.stringify(identityOf(process.pid));
  let waiting = false;
  while (performance.now() < deadline) {
    if (await tryWrite(path, self)) return;
    if (await removeIfAbandoned(path)) continue;
    if (!waiting) options.onWait?.();
    waiting = true;
    await delay(POLL_MS);
  }
  throw new LauncherError(
    `Another process still holds ${path} after ${Math.round(options.timeoutMs / 1000)} s.`,
    `Wait for it; if no other Nexus command runs, delete that file.`,
  );
}

async function tryWrite(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeIfAbandoned(path: string): Promise<boolean> {
  const before = await readIfThere(path);
  if (before === undefined) return true;
  // An empty file is a lock that its holder is about to fill in.
  const holder = holderSchema.safeParse(parseJson(before));
  if (!holder.success || isAlive(holder.data)) return false;
  // Two waiters may see the same dead holder: only the one that moves that very file away goes on.
  const aside = `${path}.abandoned-${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  const moved = await readIfThere(aside);
  if (moved !== before && moved !== undefined) await tryWrite(path, moved);
  await rm(aside, { force: true });
  return true;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
