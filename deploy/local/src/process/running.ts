import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf, isAlive, signalProcess, type ProcessIdentity } from './identity.ts';
import type { Launch, ProcessSpec } from './spec.ts';
import { waitUntil } from './wait-until.ts';

const ADOPTED_POLL_MS = 500;
const KILL_WAIT_MS = 10_000;

/** A process that runs; `exited` tells how it ended. */
export interface Running {
  identity: ProcessIdentity;
  exited: Promise<string>;
}

/**
 * Starts a process in a group of its own, writing straight to its log file: it neither gets the terminal's Ctrl-C nor
 * loses its output when whoever started it dies.
 */
export function spawnLogged(launch: Launch, logFile: string): Promise<Running> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(launch.command, launch.args, {
    env: launch.env,
    detached: true,
    stdio: ['ignore', log, log],
    ...(launch.cwd === undefined ? {} : { cwd: launch.cwd }),
    ...(launch.runAs === undefined ? {} : launch.runAs),
  });
  closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `exited with ${code}`));
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      const identity = child.pid === undefined ? undefined : identityOf(child.pid);
      if (identity) resolve({ identity, exited });
      else void exited.then((how) => reject(new Error(`the process ${how} at once`)));
    });
  });
}

/** Watches a process that somebody else started (an earlier supervisor): its exit can only be noticed, not waited for. */
export function watchAdopted(identity: ProcessIdentity, signal: AbortSignal): Running {
  const watch = async () => {
    while (!signal.aborted && isAlive(identity)) {
      await delay(ADOPTED_POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    return isAlive(identity) ? 'is no longer watched' : 'ended';
  };
  return { identity, exited: watch() };
}

/** Waits until the process can do its work; rejects when it ends before. */
export async function waitUntilReady(spec: ProcessSpec, running: Running, signal?: AbortSignal): Promise<void> {
  const over = new AbortController();
  const ready = waitUntil(() => spec.isReady(), {
    what: `readiness of ${spec.name}`,
    timeoutMs: spec.startTimeoutMs,
    signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal,
  });
  const ended = running.exited.then((how) => {
    throw new Error(`${spec.name} ${how} before it was ready`);
  });
  try {
    await Promise.race([ready, ended]);
  } finally {
    over.abort();
    await ready.catch(() => undefined);
    // Its later end is the caller's to notice.
    ended.catch(() => undefined);
  }
  await spec.onReady?.();
}

/** Ends a process: politely, and after the grace period with its whole group, for good. */
export async function endProcess(
  identity: ProcessIdentity,
  how: { signal: NodeJS.Signals; graceMs: number; what: string },
): Promise<void> {
  if (!signalProcess(identity, how.signal)) return;
  const gone = async () => !isAlive(identity);
  try {
    await waitUntil(gone, { what: `end of ${how.what}`, timeoutMs: how.graceMs, intervalMs: 20 });
    return;
  } catch {
    killGroup(identity);
  }
  await waitUntil(gone, { what: `end of ${how.what} after SIGKILL`, timeoutMs: KILL_WAIT_MS, intervalMs: 20 });
}

function killGroup(identity: ProcessIdentity): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(-identity.pid, 'SIGKILL');
  } catch {
    // It leads no group of its own.
    signalProcess(identity, 'SIGKILL');
  }
}
