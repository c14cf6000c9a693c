import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutDir, LauncherError, type PlatformProcess } from '@nexus/local';
import { z } from 'zod';
import type { Version } from './cluster/deployment.ts';
import { PROCESS_NAMES } from './options.ts';

/** Folders of the layout of a checkout in which a process may stand. */
const candidates = (dir: string, process: PlatformProcess): readonly string[] => [dir, join(dir, process, 'app')];
const mainOf = (process: PlatformProcess): string =>
  process === 'workflows' ? 'workflows/src/main.ts' : `services/${process}/src/main.ts`;

const manifest = z.object({ version: z.string() });

/** A version that stands in a checkout, or as images' files (`DIR/<process>/app`). `mark` tells two of the same name apart. */
export function versionIn(dir: string, mark: string): Version {
  const roots = new Map<PlatformProcess, string>();
  for (const process of PROCESS_NAMES) {
    const root = candidates(dir, process).find((one) => existsSync(join(one, mainOf(process))));
    if (root === undefined)
      throw new LauncherError(
        `${dir} has no ${process}.`,
        'Name a checkout, or what `npm run images -- --rootfs` wrote.',
      );
    roots.set(process, root);
  }
  const rootOf = (process: PlatformProcess): string => roots.get(process) ?? dir;
  const { version } = manifest.parse(JSON.parse(readFileSync(join(rootOf('edge'), 'package.json'), 'utf8')));
  return { name: `${version}-${mark}`, rootOf };
}

/** What runs at first, and what is rolled out. */
export const versions = (from: string | undefined): { readonly before: Version; readonly after: Version } => ({
  before: versionIn(from ?? checkoutDir, 'before'),
  after: versionIn(checkoutDir, 'after'),
});
