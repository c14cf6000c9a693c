import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface Walked {
  readonly path: string;
  readonly entry: Dirent;
}

/** Everything below a folder, the folder itself left out. Links are told of and not followed: Node's own recursion follows them. */
export async function* walk(folder: string): AsyncGenerator<Walked> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    yield { path, entry };
    if (entry.isDirectory()) yield* walk(path);
  }
}
