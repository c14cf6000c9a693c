import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { liveDaemon, startInBackground, stopInBackground } from './background.ts';
import { ensureBackofficeBuilt } from './backoffice-build.ts';
import { enginesStatus, startEngines, stopEngines } from './engines/control.ts';
import { DEFAULT_EDGE_ORIGIN, type EngineOptionsInput } from './engines/options.ts';
import { requirePgBouncer } from './engines/pgbouncer.ts';
import { readEnginesState, readPartialEnginesState, type EnginesState } from './engines/state.ts';
import { requireFreeDisk, STATE_NEEDS_BYTES } from './free-disk.ts';
import { LauncherError } from './launcher-error.ts';
import { defaultStateDir } from './paths.ts';
import { enginesDir, platformDir, readPlatformState, type PlatformState } from './platform-state.ts';
import { isAlive } from './process/identity.ts';
import { requirePooler } from './pooler.ts';
import { isPortFree } from './process/ports.ts';
import { RunRecords } from './process/run-records.ts';
import type { Progress } from './progress.ts';
import type { ProcessStatus } from './supervisor.ts';

export interface UpOptions {
  /** Every service in a process of its own. */
  split?: boolean;
  /** Services reach PostgreSQL by way of PgBouncer in transaction mode. */
  pooled?: boolean;
  stateDir?: string;
  /** Of the edge: 8080 unless named, or what the running engines were told. */
  ports?: { edge?: number } & NonNullable<EngineOptionsInput['ports']>;
  logLevel?: string;
  otlpUrl?: string;
  onProgress?: Progress;
}

export interface Running {
  engines: EnginesState;
  platform: PlatformState;
}

/**
 * Starts all of Nexus in the background and returns when it is ready. What already runs is used: calling it again is
 * harmless and quick, and calling it after a crash puts back what is missing.
 */
export async function up(options: UpOptions = {}): Promise<Running> {
  const stateDir = resolve(options.stateDir ?? defaultStateDir);
  const progress = options.onProgress ?? (() => undefined);
  const { split = false, pooled = false, logLevel = 'info', otlpUrl } = options;
  await requireFreeDisk(stateDir, STATE_NEEDS_BYTES);
  if (pooled) await requirePgBouncer();
  const edgeOrigin = await chooseOrigin(stateDir, options.ports?.edge);
  const { edge: _edge, ...enginePorts } = options.ports ?? {};
  const building = ensureBackofficeBuilt(progress);
  // Should the engines fail first, this failure is not the one to report.
  building.catch(() => undefined);
  await startEngines({ stateDir: enginesDir(stateDir), edgeOrigin, ports: enginePorts }, progress);
  await building;
  if (pooled) requirePooler(readEnginesState(enginesDir(stateDir)));
  const mode = { split, pooled, logLevel, ...(otlpUrl === undefined ? {} : { otlpUrl }) };
  const platform = {
    stateDir: platformDir(stateDir),
    script: join(import.meta.dirname, 'platform-daemon-main.ts'),
    args: [stateDir, JSON.stringify(mode)],
  };
  await startInBackground(platform, progress);
  const running = readPlatformState(stateDir);
  if (running.split !== split || running.pooled !== pooled) {
    progress('stopping the platform: it runs in another mode');
    await stopInBackground(platform.stateDir);
    await startInBackground(platform, progress);
  }
  return { engines: readEnginesState(enginesDir(stateDir)), platform: readPlatformState(stateDir) };
}

/**
 * Keycloak issues tokens in the name of the edge, so the edge's address is settled before the engines start and stays
 * with them.
 */
async function chooseOrigin(stateDir: string, configuredPort: number | undefined): Promise<string> {
  const running = enginesStatus(enginesDir(stateDir)).length > 0 && readPartialEnginesState(enginesDir(stateDir));
  const wanted = configuredPort ? `http://127.0.0.1:${configuredPort}` : undefined;
  if (running && wanted && running.edgeOrigin !== wanted) {
    throw new LauncherError(
      `The engines that run were started for ${running.edgeOrigin}, not for ${wanted}.`,
      'Stop them first (`npx nexus down`), or leave the port out.',
    );
  }
  const origin = (running && running.edgeOrigin) || wanted || DEFAULT_EDGE_ORIGIN;
  const port = Number(new URL(origin).port);
  if (!liveDaemon(platformDir(stateDir)) && port > 0 && !(await isPortFree(port)) && !edgeIsOurs(stateDir)) {
    throw new LauncherError(
      `Port ${port}, at which Nexus is to be reached, is taken.`,
      `Stop the program that listens on 127.0.0.1:${port} (\`ss -ltnp 'sport = :${port}'\` names it), or choose another: \`npm start -- --port ${port + 10}\`, \`npx nexus up --port ${port + 10}\`.`,
    );
  }
  return origin;
}

/** After a killed supervisor its edge may still be running; the next one takes it over. */
function edgeIsOurs(stateDir: string): boolean {
  const record = new RunRecords(platformDir(stateDir)).read('edge');
  return record !== undefined && isAlive(record);
}

/** Stops everything, services before engines; the data stays. False when nothing was running. */
export async function down({ stateDir: configured }: { stateDir?: string } = {}): Promise<boolean> {
  const stateDir = resolve(configured ?? defaultStateDir);
  const platform = await stopInBackground(platformDir(stateDir));
  const engines = await stopEngines(enginesDir(stateDir));
  return platform || engines;
}

/** Every process that is supervised, engines first. */
export function status({ stateDir: configured }: { stateDir?: string } = {}): ProcessStatus[] {
  const stateDir = resolve(configured ?? defaultStateDir);
  const platform = liveDaemon(platformDir(stateDir))?.processes ?? [];
  return [...enginesStatus(enginesDir(stateDir)), ...(platform as ProcessStatus[])];
}

/**
 * Stops everything and deletes its data; platforms that keep theirs in folders of this one (the trials', the benchmark's)
 * as well: nothing may go on without its data.
 */
export async function reset({ stateDir: configured }: { stateDir?: string } = {}): Promise<void> {
  const stateDir = resolve(configured ?? defaultStateDir);
  for (const within of foldersOf(stateDir)) await down({ stateDir: within });
  await down({ stateDir });
  rmSync(stateDir, { recursive: true, force: true });
}

const foldersOf = (dir: string): string[] =>
  existsSync(dir)
    ? readdirSync(dir, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(dir, name))
    : [];
