import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What was called ended with a failure; its own words are above. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** Runs a program with this process's terminal and environment; an error when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new CommandFailed(`${command} ended with ${code ?? signal ?? 'nothing'}`);
}

/** Runs a program's own main and turns what it throws into a message and exit code 1. */
export async function main(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
