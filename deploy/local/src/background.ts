import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LauncherError } from './launcher-error.ts';
import { identityOf, isAlive } from './process/identity.ts';
import { baseEnvironment } from './process/spec.ts';
import { endProcess } from './process/running.ts';
import type { Progress } from './progress.ts';
import { withFileLock } from './provide/lock.ts';
import { daemonStateFile, progressFile, readDaemonState, writeDaemonState, type DaemonState } from './daemon-state.ts';

const POLL_MS = 100;
/** A first start builds engines. */
const START_TIMEOUT_MS = 60 * 60_000;
const STOP_GRACE_MS = 120_000;

/** The state of a supervisor that is alive, or undefined. */
export function liveDaemon(stateDir: string): DaemonState | undefined {
  const state = readDaemonState(stateDir);
  return state && isAlive(state.supervisor) ? state : undefined;
}

export interface BackgroundProgram {
  stateDir: string;
  /** The program and its arguments, run by this Node. */
  script: string;
  args: readonly string[];
  env?: Record<string, string>;
}

/**
 * Starts a supervisor that outlives this process, and waits until all it supervises is ready. One that is already there
 * is waited for; two callers at once do not start two.
 */
export async function startInBackground(program: BackgroundProgram, progress: Progress): Promise<void> {
  const { stateDir } = program;
  mkdirSync(stateDir, { recursive: true });
  const follower = new ProgressFollower(stateDir, progress);
  await withFileLock(join(stateDir, 'start.lock'), { timeoutMs: START_TIMEOUT_MS }, async () => {
    const live = liveDaemon(stateDir);
    // What it told while it started is no news any more.
    if (live?.phase === 'ready') return;
    if (!live) {
      rmSync(daemonStateFile(stateDir), { force: true });
      rmSync(progressFile(stateDir), { force: true });
      spawnDetached(program);
    }
    await waitUntilReady(stateDir, follower);
  });
}

function spawnDetached(program: BackgroundProgram): void {
  const { stateDir, script, args, env } = program;
  mkdirSync(join(stateDir, 'logs'), { recursive: true });
  const log = openSync(join(stateDir, 'logs/supervisor.log'), 'a', 0o600);
  const nexus = Object.entries(process.env).filter(([name]) => name.startsWith('NEXUS_'));
  const child = spawn(process.execPath, ['--no-warnings', script, ...args], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...baseEnvironment(), ...Object.fromEntries(nexus), ...env },
  });
  closeSync(log);
  // Written here already, so that whoever stops it a moment from now finds it.
  const supervisor = child.pid === undefined ? undefined : identityOf(child.pid);
  if (supervisor) writeDaemonState(program.stateDir, { supervisor, phase: 'starting', processes: [] });
  // A program that cannot be started shows by its missing state.
  child.on('error', () => undefined);
  child.unref();
}

async function waitUntilReady(stateDir: string, follower: ProgressFollower): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  const supervisorLog = join(stateDir, 'logs/supervisor.log');
  const firstSign = performance.now() + 20_000;
  while (performance.now() < deadline) {
    follower.report();
    const state = readDaemonState(stateDir);
    if (state?.phase === 'ready' && isAlive(state.supervisor)) return;
    if (state?.phase === 'failed') {
      const { message = 'The start failed.', remedy = `Read ${supervisorLog}.` } = state.error ?? {};
      throw new LauncherError(message, remedy);
    }
    const died = state ? !isAlive(state.supervisor) : performance.now() > firstSign;
    if (died) {
      const words = lastWords(supervisorLog);
      throw new LauncherError(`The supervisor ended before all was ready.${words}`, `Read ${supervisorLog}.`);
    }
    await delay(POLL_MS);
  }
  throw new LauncherError('The start took too long.', `Read ${supervisorLog}.`);
}

const LAST_LINES = 12;
const LAST_CHARACTERS = 1_500;

/** The end of a log, indented; nothing where there is none. */
function lastWords(log: string): string {
  if (!existsSync(log)) return '';
  const text = readFileSync(log, 'utf8').slice(-LAST_CHARACTERS).trim();
  return text === '' ? '' : `\n  ${text.split('\n').slice(-LAST_LINES).join('\n  ')}`;
}

/** Stops a supervisor and everything it supervises; false when none was running. */
export async function stopInBackground(stateDir: string): Promise<boolean> {
  const state = liveDaemon(stateDir);
  if (!state) return false;
  await endProcess(state.supervisor, { signal: 'SIGTERM', graceMs: STOP_GRACE_MS, what: 'the supervisor' });
  return true;
}

/** Hands on the progress lines that the supervisor writes, each once. */
class ProgressFollower {
  readonly #file: string;
  readonly #progress: Progress;
  #reported = 0;

  constructor(stateDir: string, progress: Progress) {
    this.#file = progressFile(stateDir);
    this.#progress = progress;
  }

  report(): void {
    if (!existsSync(this.#file)) return;
    const lines = readFileSync(this.#file, 'utf8').split('\n').slice(0, -1);
    for (const line of lines.slice(this.#reported)) this.#progress(line);
    this.#reported = lines.length;
  }
}
