import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { LauncherError, messageOf } from './launcher-error.ts';
import { checkoutDir, defaultStateDir } from './paths.ts';
import { runCommand } from './process/run-command.ts';
import { baseEnvironment } from './process/spec.ts';
import { withProgress, type Progress } from './progress.ts';
import { withFileLock } from './provide/lock.ts';

const BUILD_TIMEOUT_MS = 10 * 60_000;
const LEFT_OUT = new Set(['node_modules', 'build', '.svelte-kit']);
const backofficeDir = join(checkoutDir, 'backoffice');
const stampFile = join(backofficeDir, 'build', '.nexus-sources');

/** Builds the back office when its sources, or those of the packages that it uses, are not the ones it was built from. */
export async function ensureBackofficeBuilt(progress: Progress): Promise<void> {
  if (!(await hasBuildScript())) return progress('the back office has no build yet; the edge serves the API only');
  const lock = join(defaultStateDir, 'backoffice-build.lock');
  const onWait = () => progress('another process is building the back office; waiting for it');
  await withFileLock(lock, { timeoutMs: 2 * BUILD_TIMEOUT_MS, onWait }, () => buildIfChanged(progress));
}

async function buildIfChanged(progress: Progress): Promise<void> {
  const digest = await sourcesDigest();
  if (existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === digest) return;
  try {
    await withProgress(progress, 'building the back office', () =>
      runCommand('npm', ['run', 'build', '--silent'], {
        cwd: backofficeDir,
        // Whoever asks may be a test: without this Svelte would build for debugging, with this machine's paths in it.
        env: { ...baseEnvironment(), NODE_ENV: 'production' },
        timeoutMs: BUILD_TIMEOUT_MS,
      }),
    );
  } catch (error) {
    throw new LauncherError(
      `The back office could not be built: ${messageOf(error)}`,
      'Run `npm ci`; if it stays so, `npm run build -w backoffice` tells more.',
      { cause: error },
    );
  }
  await writeFile(stampFile, digest);
}

async function hasBuildScript(): Promise<boolean> {
  const manifest = JSON.parse(await readFile(join(backofficeDir, 'package.json'), 'utf8')) as {
    scripts?: Record<string, string>;
  };
  return manifest.scripts?.['build'] !== undefined;
}

async function sourcesDigest(): Promise<string> {
  const hash = createHash('sha256').update('production\0');
  for (const folder of ['backoffice', 'packages/contracts', 'packages/money']) {
    for (const file of await filesUnder(join(checkoutDir, folder))) {
      hash.update(`${relative(checkoutDir, file)}\0`).update(await readFile(file));
    }
  }
  return hash.digest('hex');
}

async function filesUnder(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const files: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (LEFT_OUT.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesUnder(path)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}
