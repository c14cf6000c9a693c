import { mkdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { LauncherError } from './launcher-error.ts';

const NEEDED_BYTES = 2 * 1024 ** 3;

/** Engines that meet a full disk stop in ways that are hard to read: better not to start. */
export async function requireFreeDisk(folder: string, neededBytes = NEEDED_BYTES): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  throw new LauncherError(
    `Only ${gib(freeBytes)} are free on the disk of ${folder}; ${gib(neededBytes)} are needed.`,
    'Free some space (`npm run reset` deletes what Nexus keeps in this checkout), then start again.',
  );
}
