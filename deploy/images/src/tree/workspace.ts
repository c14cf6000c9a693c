import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import type { NeededPackage } from '../dependencies/closure.ts';
import { copyFiles } from './copy-files.ts';
import { isWantedSource } from './file-rules.ts';

const manifestSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  type: z.literal('module'),
  exports: z.record(z.string(), z.string()).optional(),
  imports: z.record(z.string(), z.unknown()).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
});

/** Folders of a workspace that hold what runs. */
const FOLDERS = ['src', 'migrations'];

/**
 * One of our own packages: its sources outside `node_modules`, where Node strips types, and a link to it inside, by which
 * the others find it. Its manifest keeps what Node and scanners read.
 */
export async function copyWorkspace(checkout: string, app: string, workspace: NeededPackage): Promise<void> {
  const from = join(checkout, workspace.path);
  const to = join(app, workspace.path);
  const text = await readFile(join(from, 'package.json'), 'utf8');
  const { name, version, type, exports, imports, dependencies } = manifestSchema.parse(JSON.parse(text));
  const kept = { name, version, private: true, type, exports, imports, dependencies };
  await mkdir(to, { recursive: true });
  await writeFile(join(to, 'package.json'), `${JSON.stringify(kept, null, 2)}\n`);
  await copyFiles(from, to, (path) => FOLDERS.includes(path.split('/', 1)[0] ?? '') && isWantedSource(path));
  const link = join(app, 'node_modules', name);
  await mkdir(dirname(link), { recursive: true });
  await symlink(relative(dirname(link), to), link);
}
