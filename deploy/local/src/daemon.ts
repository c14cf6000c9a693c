import { appendFileSync, mkdirSync } from 'node:fs';
import { LauncherError, describeError, messageOf } from './launcher-error.ts';
import { identityOf } from './process/identity.ts';
import type { ProcessSpec } from './process/spec.ts';
import type { Progress } from './progress.ts';
import { Supervisor, type ProcessStatus } from './supervisor.ts';
import { progressFile, writeDaemonState, type DaemonState } from './daemon-state.ts';

export interface Workload {
  specs: readonly ProcessSpec[];
  /** Called when everything is ready, and on every later change (a process id, for one). */
  publish(processes: ProcessStatus[]): void;
}

/**
 * The main program of a supervisor in the background. It reports through files in the state folder and is told to stop
 * by SIGTERM; it ends only after everything that it started has ended.
 */
export async function runDaemon(stateDir: string, compose: (progress: Progress) => Promise<Workload>): Promise<void> {
  mkdirSync(stateDir, { recursive: true });
  const self = identityOf(process.pid);
  if (!self) throw new Error('this process does not find itself');
  const progress: Progress = (line) => appendFileSync(progressFile(stateDir), `${line}\n`);
  const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
  const state: DaemonState = { supervisor: self, phase: 'starting', processes: [] };
  const save = (change: Partial<DaemonState> = {}) => writeDaemonState(stateDir, Object.assign(state, change));
  save();

  let supervisor: Supervisor | undefined;
  const stop = async (phase: 'stopped' | 'failed', error?: unknown) => {
    if (phase === 'stopped') save({ phase: 'stopping' });
    try {
      await supervisor?.stop();
    } catch (problem) {
      log(describeError(problem));
    }
    const told =
      error === undefined
        ? {}
        : { error: { message: messageOf(error), ...(error instanceof LauncherError ? { remedy: error.remedy } : {}) } };
    save({ phase, processes: supervisor?.status ?? [], ...told });
    process.exit(phase === 'stopped' ? 0 : 1);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop('stopped'));

  try {
    const workload = await compose(progress);
    supervisor = new Supervisor({
      specs: workload.specs,
      stateDir,
      log,
      progress,
      onChange: (processes) => {
        save({ processes });
        if (state.phase === 'ready') workload.publish(processes);
      },
    });
    await supervisor.start();
    if (state.phase !== 'starting') return;
    workload.publish(supervisor.status);
    save({ phase: 'ready' });
    log('ready');
  } catch (error) {
    if (state.phase !== 'starting') return;
    log(describeError(error));
    await stop('failed', error);
  }
}
