import { chmod, copyFile, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closureOf, type Closure } from '../dependencies/closure.ts';
import type { Lockfile } from '../dependencies/lockfile.ts';
import { platformOf, type Platform } from '../dependencies/platform.ts';
import type { ImageProcess } from '../processes.ts';
import { addArtefact } from './artefacts.ts';
import { copyFiles } from './copy-files.ts';
import { isWantedFile } from './file-rules.ts';
import { walk } from './walk.ts';
import { copyWorkspace } from './workspace.ts';

export interface AssembleInput {
  /** Root of the checkout, with its dependencies installed for `cpu`. */
  readonly checkout: string;
  readonly lock: Lockfile;
  readonly process: ImageProcess;
  readonly cpu: Platform['cpu'];
  readonly version: string;
  /** Folder that becomes the image's root. Deleted first. */
  readonly root: string;
  /** The Node that the image has. */
  readonly node: string;
}

export interface Tree {
  readonly process: ImageProcess;
  readonly root: string;
  readonly closure: Closure;
}

/** Where the image has what. */
export const APP = 'app';
export const NODE = 'usr/local/bin/node';

const RUST_TARGETS: Readonly<Record<Platform['cpu'], string>> = {
  x64: 'x86_64-unknown-linux-gnu',
  arm64: 'aarch64-unknown-linux-gnu',
};

/** Puts together exactly the files that a process's image adds to its base: Node, and under `/app` the checkout's layout. */
export async function assemble(input: AssembleInput): Promise<Tree> {
  const { checkout, lock, process, cpu, version, root, node } = input;
  const app = join(root, APP);
  await rm(root, { recursive: true, force: true });
  await mkdir(join(root, 'usr/local/bin'), { recursive: true });
  await copyFile(node, join(root, NODE));
  await chmod(join(root, NODE), 0o755);

  const closure = closureOf(lock, process.workspace, platformOf(cpu));
  for (const needed of closure.values()) {
    if (needed.workspace) await copyWorkspace(checkout, app, needed);
    else await copyInstalled(checkout, app, needed.path, needed.name, RUST_TARGETS[cpu]);
  }
  const manifest = { name: `nexus-${process.name}`, version, private: true, type: 'module' };
  await writeFile(join(app, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  // Node goes by where a link leads, so this one name stands for every process's own entry point.
  await symlink(`${process.workspace}/src/main.ts`, join(app, 'main.ts'));
  await addArtefact({ checkout, app, artefact: process.artefact });
  await makeReadable(root);
  return { process, root, closure };
}

async function copyInstalled(
  checkout: string,
  app: string,
  path: string,
  name: string,
  rustTarget: string,
): Promise<void> {
  const from = join(checkout, path);
  const present = await readdir(from).catch(() => undefined);
  if (present === undefined) throw new Error(`${path} is not installed; run npm ci on the platform of the image`);
  await copyFiles(from, join(app, path), (file) => isWantedFile(name, file, rustTarget));
}

/** Whatever the rights of the checkout: root owns an image's files, and everybody reads them. */
async function makeReadable(root: string): Promise<void> {
  await chmod(root, 0o755);
  for await (const { path, entry } of walk(root)) {
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, path === join(root, NODE) ? 0o755 : 0o644);
  }
}
