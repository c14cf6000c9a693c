import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the command after this long. */
  readonly timeoutMs: number;
  /** Ends the command early, for Ctrl-C. */
  readonly signal: AbortSignal;
}

const KILL_AFTER_MS = 15_000;

/**
 * Runs a command of this repository with its output on ours. Gives undefined when it succeeded, otherwise why it did
 * not. The pinned Node comes first on PATH, whatever the machine has.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string | undefined> {
  if (options.signal.aborted) return 'interrupted';
  const path = `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  const child = spawn(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...options.env, PATH: path },
  });
  let stopped: string | undefined;
  const stop = (why: string): void => {
    stopped ??= why;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
  };
  const interrupt = (): void => stop('interrupted');
  options.signal.addEventListener('abort', interrupt);
  const timer = setTimeout(() => stop(`not done after ${options.timeoutMs / 1000} s`), options.timeoutMs);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (stopped !== undefined) return stopped;
    if (code === 0) return undefined;
    return code === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${code}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', interrupt);
  }
}
