import { constants } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a file or folder (a slash at its end) is looked at, relative to where copying began. */
export type Wanted = (path: string) => boolean;

/**
 * Copies what is wanted, as plain files; on file systems that can, without copying bytes. Symbolic links are refused: an
 * image must not depend on what they mean there. Empty folders are not made.
 */
export async function copyFiles(from: string, to: string, wanted: Wanted, below = ''): Promise<number> {
  let copied = 0;
  const entries = await readdir(join(from, below), { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below + entry.name;
    if (entry.isDirectory()) {
      if (wanted(`${path}/`)) copied += await copyFiles(from, to, wanted, `${path}/`);
    } else if (entry.isFile()) {
      if (!wanted(path)) continue;
      await mkdir(join(to, below), { recursive: true });
      await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE);
      copied += 1;
    } else if (wanted(path)) {
      throw new Error(`${join(from, path)} is neither a file nor a folder`);
    }
  }
  return copied;
}
