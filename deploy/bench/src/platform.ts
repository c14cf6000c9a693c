import { operatorAccess, OperatorSession, readConfig } from '@nexus/cli';
import { down, status, up, type Progress, type Running } from '@nexus/local';

/** A platform of the bench's own: engines, data and ports apart from whatever else runs on this machine. */
export interface BenchPlatform extends Running {
  readonly session: OperatorSession;
  /** Processes whose CPU is the platform's: services, workers, edge and engines. */
  readonly pids: () => number[];
  /** The same by name, to see where it goes. */
  readonly processes: () => { readonly name: string; readonly pid: number }[];
  /** PostgreSQL alone. */
  readonly postgresPid: () => number;
}

export interface PlatformOptions {
  readonly stateDir: string;
  readonly split: boolean;
  readonly edgePort: number;
  readonly onProgress: Progress;
}

/** Starts the platform, or changes a running one to the mode that is asked for. */
export async function startPlatform({
  stateDir,
  split,
  edgePort,
  onProgress,
}: PlatformOptions): Promise<BenchPlatform> {
  const running = await up({ stateDir, split, ports: { edge: edgePort }, logLevel: 'warn', onProgress });
  const processes = (): { name: string; pid: number }[] =>
    status({ stateDir }).flatMap(({ name, pid }) => (typeof pid === 'number' ? [{ name, pid }] : []));
  const pidOf = (name: string): number => {
    const pid = status({ stateDir }).find((one) => one.name === name)?.pid;
    if (pid === undefined || pid === null) throw new Error(`${name} is not running`);
    return pid;
  };
  return {
    ...running,
    session: new OperatorSession(operatorAccess(readConfig({ ...process.env, NEXUS_STATE_DIR: stateDir }))),
    pids: () => processes().map(({ pid }) => pid),
    processes,
    postgresPid: () => pidOf('postgres'),
  };
}

export const stopPlatform = (stateDir: string): Promise<boolean> => down({ stateDir });
