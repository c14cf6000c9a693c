import { join, resolve } from 'node:path';
import { rmSync } from 'node:fs';
import { liveDaemon, startInBackground, stopInBackground } from '../background.ts';
import type { Progress } from '../progress.ts';
import type { ProcessStatus } from '../supervisor.ts';
import { engineOptionsSchema, type EngineOptionsInput } from './options.ts';
import { defaultEnginesDir, enginesStateFile, readPartialEnginesState, type PartialEnginesState } from './state.ts';

/** Starts a set of engines in the background and answers with its addresses once all is ready. */
export async function startEngines(
  options: EngineOptionsInput & { stateDir?: string } = {},
  progress: Progress = () => undefined,
): Promise<PartialEnginesState> {
  const { stateDir: configuredDir = defaultEnginesDir, ...rest } = options;
  const stateDir = resolve(configuredDir);
  const script = join(import.meta.dirname, 'daemon-main.ts');
  const args = [stateDir, JSON.stringify(engineOptionsSchema.parse(rest))];
  await startInBackground({ stateDir, script, args }, progress);
  const state = readPartialEnginesState(stateDir);
  if (!state) throw new Error(`the engines are ready, but wrote no ${enginesStateFile(stateDir)}`);
  return state;
}

/** Stops the engines of a state folder; their data stays. */
export async function stopEngines(stateDir: string = defaultEnginesDir): Promise<boolean> {
  const stopped = await stopInBackground(resolve(stateDir));
  rmSync(enginesStateFile(stateDir), { force: true });
  return stopped;
}

export function enginesStatus(stateDir: string = defaultEnginesDir): ProcessStatus[] {
  return (liveDaemon(resolve(stateDir))?.processes ?? []) as ProcessStatus[];
}
