import type { RunAs } from './unprivileged-user.ts';

/** One command, ready to be run. */
export interface Launch {
  command: string;
  args: readonly string[];
  /** The whole environment; nothing is inherited but PATH, HOME and the like (see `baseEnvironment`). */
  env: Record<string, string>;
  cwd?: string;
  runAs?: RunAs | undefined;
}

/** What a supervisor needs to know of a process: everything else is the process's own business. */
export interface ProcessSpec {
  name: string;
  /** Names of processes that must be ready before this one starts. */
  dependsOn: readonly string[];
  /** Called before every start: finds the program, writes its configuration, heals what a crash left behind. */
  prepare(): Promise<Launch>;
  /** Whether it can do its work; asked again and again after a start. A throw means "not yet". */
  isReady(): Promise<boolean>;
  /** Called after every start once it is ready; must be harmless to repeat. */
  onReady?(): Promise<void>;
  startTimeoutMs: number;
  stopSignal: NodeJS.Signals;
  /** After this time a stopping process is killed. */
  stopGraceMs: number;
}

const INHERITED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'TZ', 'TMPDIR', 'JAVA_HOME', 'SSL_CERT_FILE'];

/** The few variables of the launcher's own environment that a child may rely on. */
export function baseEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/**
 * Uploads and replays are buffers of some hundred kilobytes that live for a moment. The C library would give each back to
 * the kernel and ask for it again, and the kernel would clear every page of it anew: an eighth of all CPU under load.
 */
export const keepFreedMemory: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: String(32 * 1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(64 * 1024 * 1024),
  MALLOC_TOP_PAD_: String(1024 * 1024),
};
