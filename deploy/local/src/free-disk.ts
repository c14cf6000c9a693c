import { mkdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { LauncherError } from './launcher-error.ts';

const GIB = 1024 ** 3;
/** Data of a run, with room to grow. */
export const STATE_NEEDS_BYTES = 2 * GIB;
/** Engines that still have to be downloaded or built, with what their builds keep for a moment. */
export const ENGINES_NEED_BYTES = 2 * GIB;

/** Engines that meet a full disk stop in ways that are hard to read: better not to start. */
export async function requireFreeDisk(folder: string, neededBytes: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  const gib = (bytes: number) => `${(bytes / GIB).toFixed(1)} GiB`;
  throw new LauncherError(
    `Only ${gib(freeBytes)} are free on the disk of ${folder}; ${gib(neededBytes)} are needed.`,
    'Free some space (`df -h` shows where; `npm run reset` deletes what Nexus keeps in this checkout), then start again.',
  );
}
