import { lstat } from 'node:fs/promises';
import { walk } from './tree/walk.ts';

export interface Size {
  readonly files: number;
  readonly bytes: number;
}

/** Files under a folder and what they hold; links count for themselves. */
export async function sizeOf(folder: string): Promise<Size> {
  let files = 0;
  let bytes = 0;
  for await (const { path, entry } of walk(folder)) {
    if (entry.isDirectory()) continue;
    files += 1;
    bytes += (await lstat(path)).size;
  }
  return { files, bytes };
}

export const inMegabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
