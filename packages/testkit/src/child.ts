import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A process that a suite started and that never outlives it. */
export interface OwnedProcess {
  readonly pid: number;
  readonly alive: () => boolean;
  /** The newest output, at most 16 KiB of it: for a message that says why it did not start. */
  readonly output: () => string;
  /** Its exit code once it is gone; null where a signal killed it. */
  readonly exited: Promise<number | null>;
  /** Sends the signal and waits until the process is gone. Does nothing when it is gone already. */
  readonly end: (signal?: NodeJS.Signals) => Promise<void>;
}

const MAX_OUTPUT_CHARACTERS = 16 * 1024;

/** Kills the process when our end of its standard input closes, however we died: a killed test run leaves nothing behind. */
const GUARD = 'cat >/dev/null; kill -9 "$1" 2>/dev/null';

export async function startOwned(
  command: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<OwnedProcess> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const note = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-MAX_OUTPUT_CHARACTERS);
  };
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  await once(child, 'spawn');
  const pid = child.pid as number;
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  child.once('exit', () => {
    dismiss(guard);
    // Children of its own may hold the pipes open, which would keep the test run from ending.
    setImmediate(() => [child.stdout, child.stderr].forEach((pipe) => pipe.destroy()));
  });
  const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (!alive()) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  return { pid, alive, output: () => output, exited, end };
}

/** The guard must be gone before its pipe closes, or it would kill whoever has the number by then. */
function dismiss(guard: ChildProcess): void {
  guard.once('exit', () => guard.stdin?.destroy());
  guard.kill('SIGKILL');
}
