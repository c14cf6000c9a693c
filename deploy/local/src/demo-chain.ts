import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkoutDir } from './paths.ts';

export interface DemoOptions {
  readonly stateDir: string;
  /** A file of sales instead of the generated week. */
  readonly sales: string | undefined;
  /** Ends the demo when aborted. */
  readonly signal: AbortSignal;
}

const NEXUS = join(checkoutDir, 'packages', 'cli', 'bin', 'nexus.mjs');

/**
 * Signs the demo chain up, lets it sell offline and proves its books, by the command that people have: `nexus demo`.
 * True when everything was proved.
 */
export function runDemo({ stateDir, sales, signal }: DemoOptions): Promise<boolean> {
  const args = [NEXUS, 'demo', ...(sales === undefined ? [] : ['--sales', sales])];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NEXUS_STATE_DIR: stateDir },
    });
    const stop = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve(code === 0);
    });
  });
}
