import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from './write-file-atomically.ts';

const processStatusSchema = z.object({
  name: z.string(),
  pid: z.number().int().nullable(),
  state: z.enum(['waiting', 'starting', 'running', 'backing-off', 'stopping', 'stopped']),
  restarts: z.number().int(),
  lastError: z.string().optional(),
});

/** What a supervisor in the background says of itself, for whoever asks. */
const daemonStateSchema = z.object({
  supervisor: z.object({ pid: z.number().int(), startTime: z.string() }),
  phase: z.enum(['starting', 'ready', 'failed', 'stopping', 'stopped']),
  error: z.object({ message: z.string(), remedy: z.string().optional() }).optional(),
  processes: z.array(processStatusSchema),
});

export type DaemonState = z.infer<typeof daemonStateSchema>;

export function daemonStateFile(stateDir: string): string {
  return join(stateDir, 'status.json');
}

export function progressFile(stateDir: string): string {
  return join(stateDir, 'progress.log');
}

export function writeDaemonState(stateDir: string, state: DaemonState): void {
  writeFileAtomically(daemonStateFile(stateDir), `${JSON.stringify(state, null, 2)}\n`);
}

export function readDaemonState(stateDir: string): DaemonState | undefined {
  let text: string;
  try {
    text = readFileSync(daemonStateFile(stateDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return daemonStateSchema.parse(JSON.parse(text));
}
