/** The whole platform, started and used as people do: with the `nexus` command. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@nexus/testkit';
import { environment, GIVEN_PLATFORM } from './config.ts';

const MAIN = join(import.meta.dirname, '../../packages/cli/src/main.ts');
const run = promisify(execFile);

export interface RealPlatform {
  readonly origin: string;
  /** What people who were just added sign in with, on a laptop. */
  readonly initialPassword: string;
  /** Runs `nexus` with these arguments; its answer as JSON. Throws what it said where it fails. */
  nexus(...args: string[]): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** Starts a platform of the suite's own, or uses the one whose state directory `NEXUS_TEST_PLATFORM` names. */
export async function startRealPlatform(): Promise<RealPlatform> {
  const given = environment[GIVEN_PLATFORM];
  const stateDir = given ?? (await mkdtemp(join(tmpdir(), 'nexus-backoffice-')));
  const nexus = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await run(process.execPath, [MAIN, ...args, '--json'], {
      env: { ...environment, NEXUS_STATE_DIR: stateDir },
      maxBuffer: 16 * 1024 * 1024,
    });
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const stop = async (): Promise<void> => {
    if (given !== undefined) return;
    await nexus('down');
    await rm(stateDir, { recursive: true, force: true });
  };
  try {
    if (given === undefined) await nexus('up', '--port', String(await freePort()));
    const state = JSON.parse(await readFile(join(stateDir, 'platform/platform.json'), 'utf8')) as {
      origin: string;
      initialPassword: string;
    };
    return { origin: state.origin, initialPassword: state.initialPassword, nexus, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
