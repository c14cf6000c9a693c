import { spawn } from 'node:child_process';
import { once } from 'node:events';

const MAX_OUTPUT_BYTES = 64 * 1024 ** 2;

export interface ExecuteOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end with its whole output apart: manifests on one side, complaints on the other. */
export async function execute(
  program: string,
  args: readonly string[],
  options: ExecuteOptions = {},
): Promise<Outcome> {
  const { input = '', env, timeoutMs = 120_000 } = options;
  const child = spawn(program, args, { env: { ...process.env, ...env }, timeout: timeoutMs, killSignal: 'SIGKILL' });
  const collect = (stream: NodeJS.ReadableStream): (() => string) => {
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > MAX_OUTPUT_BYTES) child.kill('SIGKILL');
    });
    return () => text;
  };
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  // A program that ends without reading closes the pipe; its exit code tells how it went.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? -1, stdout: stdout(), stderr: stderr() };
}

/** The same for a program that has to succeed: its output, or an error that says what it complained of. */
export async function succeed(program: string, args: readonly string[], options: ExecuteOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await execute(program, args, options);
  if (code === 0) return stdout;
  throw new Error(
    `${program} ${args.slice(0, 3).join(' ')} … exited with ${code}:\n${stderr}${stdout}`.slice(0, 8_000),
  );
}
