import { spawn } from 'node:child_process';
import { once } from 'node:events';

const MAX_OUTPUT_CHARS = 256 * 1024;
const TAIL_LINES = 12;

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs: number;
  uid?: number;
  gid?: number;
  input?: string;
}

/** A command that did not exit with 0; the message carries the end of what it printed. */
export class CommandError extends Error {
  readonly exitCode: number | null;

  constructor(command: string, exitCode: number | null, why: string, output: string) {
    const tail = output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
    super(`${command} ${why}${tail ? `:\n${tail}` : ''}`);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** Runs a command to its end and returns what it printed (bounded, stdout and stderr together in order). */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  let output = '';
  const collect = (chunk: string) => {
    output = (output + chunk).slice(-MAX_OUTPUT_CHARS);
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  // A command that ends without reading its input closes the pipe; its exit code tells how it went.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, options.timeoutMs);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (timedOut) throw new CommandError(command, code, `took more than ${options.timeoutMs} ms`, output);
    if (code !== 0) throw new CommandError(command, code, `exited with ${code}`, output);
    return output;
  } finally {
    clearTimeout(timer);
  }
}
