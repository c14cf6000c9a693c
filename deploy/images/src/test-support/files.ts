import { chmod, lchown, stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Dirent } from 'node:fs';
import { walk } from '../tree/walk.ts';

export interface FoundFile {
  /** Relative to the tree's root. */
  readonly path: string;
  readonly entry: Dirent;
}

/** Everything in a tree but its folders. */
export async function filesIn(root: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for await (const { path, entry } of walk(root)) {
    if (!entry.isDirectory()) found.push({ path: relative(root, path), entry });
  }
  return found;
}

/** Takes everybody's right to write, as a read-only root file system does; what root owns is out of reach anyhow. */
export async function makeReadOnly(root: string): Promise<void> {
  for await (const { path, entry } of walk(root)) {
    if (process.getuid?.() === 0) await lchown(path, 0, 0);
    if (!entry.isSymbolicLink()) await chmod(path, (await stat(path)).mode & 0o555);
  }
  await chmod(root, 0o555);
}

/** Gives its owner the right back, so that it can be deleted. */
export async function makeDeletable(root: string): Promise<void> {
  await chmod(root, 0o755);
  for await (const { path, entry } of walk(root)) if (entry.isDirectory()) await chmod(path, 0o755);
}
