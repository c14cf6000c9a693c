/**
 * `npm run build`: builds the site and puts it in place whole. One at a time in a checkout, since a launcher and a test
 * may both want it; whoever serves `build/` meanwhile sees the old site or the new one, never half of one.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const here = import.meta.dirname;
const work = join(here, '.svelte-kit');
const lock = join(work, 'build.lock');
const fresh = join(work, 'site');
const old = join(work, 'site.old');
const site = join(here, 'build');

const LOOK_AGAIN_MS = 200;
const LONGEST_WAIT_MS = 10 * 60_000;

const holderIsAlive = (): boolean => {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch (error) {
    // ESRCH: it died and left its lock; ENOENT: it has just let go; anything else is a process of somebody else.
    return !['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
};

const take = async (): Promise<void> => {
  const end = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (Date.now() > end) throw new Error(`Another build does not end. If there is none, delete ${lock}.`);
    if (!holderIsAlive()) rmSync(lock, { force: true });
    else await pause(LOOK_AGAIN_MS);
  }
};

const run = (module: string, bin: string, ...args: string[]): void => {
  const script = join(createRequire(import.meta.url).resolve(`${module}/package.json`), '..', bin);
  execFileSync(process.execPath, [script, ...args], { cwd: here, stdio: 'inherit' });
};

mkdirSync(work, { recursive: true });
await take();
try {
  run('@sveltejs/kit', 'svelte-kit.js', 'sync');
  run('vite', 'bin/vite.js', 'build');
  rmSync(old, { recursive: true, force: true });
  if (existsSync(site)) renameSync(site, old);
  renameSync(fresh, site);
  rmSync(old, { recursive: true, force: true });
} finally {
  rmSync(lock, { force: true });
}
