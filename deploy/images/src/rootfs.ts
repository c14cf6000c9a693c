import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readLockfile } from './dependencies/lockfile.ts';
import { pinnedNode } from './node-version.ts';
import { imageProcess, type ProcessName } from './processes.ts';
import { partsList } from './sbom/parts-list.ts';
import { inMegabytes, sizeOf } from './size.ts';
import { APP, assemble, type Tree } from './tree/assemble.ts';

export interface RootfsInput {
  readonly checkout: string;
  readonly processes: readonly ProcessName[];
  readonly dir: string;
  readonly release: string;
  readonly cpu: 'x64' | 'arm64';
  readonly say: (line: string) => void;
}

/** The files of each image under `dir/<process>` and its parts list beside it. One after the other: it is disk, not CPU. */
export async function writeRootfs({ checkout, processes, dir, release, cpu, say }: RootfsInput): Promise<Tree[]> {
  const lock = await readLockfile(join(checkout, 'package-lock.json'));
  const node = await pinnedNode(checkout, cpu);
  const target = resolve(dir);
  await mkdir(target, { recursive: true });
  const trees: Tree[] = [];
  for (const name of processes) {
    const root = join(target, name);
    const tree = await assemble({ checkout, lock, process: imageProcess(name), cpu, version: release, root, node });
    await writeFile(join(target, `${name}.cdx.json`), await partsList(tree, { release, cpu }));
    const { files, bytes } = await sizeOf(join(root, APP));
    say(
      `${name.padEnd(10)} ${inMegabytes(bytes).padStart(9)} in ${files} files of ${tree.closure.size} packages, Node beside`,
    );
    trees.push(tree);
  }
  return trees;
}
