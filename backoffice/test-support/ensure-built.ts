import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const here = join(import.meta.dirname, '..');
const SOURCES = [
  'src',
  'static',
  'package.json',
  'vite.config.ts',
  '../packages/contracts/src',
  '../packages/money/src',
];
const TIMEOUT_MS = 10 * 60_000;

/** Builds the site where it is missing or older than what it is made from: a test of yesterday's site would prove nothing. */
export async function ensureBuilt(): Promise<void> {
  const page = join(here, 'build', 'index.html');
  const newest = Math.max(...(await Promise.all(SOURCES.map((source) => newestIn(join(here, source))))));
  if (existsSync(page) && statSync(page).mtimeMs >= newest) return;
  await promisify(execFile)(process.execPath, ['build.ts'], { cwd: here, timeout: TIMEOUT_MS });
}

async function newestIn(path: string): Promise<number> {
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  const names = await readdir(path);
  return Math.max(own.mtimeMs, ...(await Promise.all(names.map((name) => newestIn(join(path, name))))));
}
