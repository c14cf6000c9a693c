import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@nexus/testkit';

/** What a run of the command came to. */
export interface Ran {
  readonly code: number;
  /** Standard output, parsed: every run here has `--json`. */
  readonly json: Record<string, unknown>;
  readonly stderr: string;
}

/** A platform for tests of the command: everything real, every service behind the edge. */
export interface TestPlatform {
  /** Runs `nexus` with these arguments and `--json`, as a process of its own. */
  nexus(...args: string[]): Promise<Ran>;
  stop(): Promise<void>;
}

const MAIN = join(import.meta.dirname, '../main.ts');
const run = promisify(execFile);
/** A platform that runs already may be used instead: its state directory. */
const GIVEN = 'NEXUS_TEST_PLATFORM';

export async function startTestPlatform(): Promise<TestPlatform> {
  const given = process.env[GIVEN];
  const stateDir = given ?? (await mkdtemp(join(tmpdir(), 'nexus-platform-')));
  const nexus = (...args: string[]): Promise<Ran> => ran(stateDir, [...args, '--json']);
  const stop = async (): Promise<void> => {
    if (given !== undefined) return;
    await nexus('down');
    await rm(stateDir, { recursive: true, force: true });
  };
  if (given !== undefined) return { nexus, stop };
  const up = await nexus('up', '--port', String(await freePort()));
  if (up.code === 0) return { nexus, stop };
  await stop();
  throw new Error(`the platform did not start: ${up.stderr}`);
}

async function ran(stateDir: string, args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, NEXUS_STATE_DIR: stateDir };
  const options = { env, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await run(process.execPath, [MAIN, ...args], options);
    return { code: 0, json: parsed(stdout), stderr };
  } catch (error) {
    const failed = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof failed.code !== 'number') throw error;
    return { code: failed.code, json: parsed(failed.stdout ?? ''), stderr: failed.stderr ?? '' };
  }
}

const parsed = (text: string): Record<string, unknown> =>
  text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
