import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a run of the command came to. */
export interface Ran {
  readonly code: number;
  /** Standard output, parsed: every run here has `--json`. */
  readonly json: Record<string, unknown>;
  readonly stderr: string;
}

/** The command as people run it, on the platform of the trials. */
export interface NexusCommand {
  /** Runs `nexus` with these arguments and `--json`, as a process of its own. */
  nexus(...args: string[]): Promise<Ran>;
}

const BIN = join(import.meta.dirname, '../../bin/nexus.mjs');
const CHECKOUT = join(import.meta.dirname, '../../../..');
const run = promisify(execFile);
const EDGE_PORT = '8098';

/** Joins the platform of the trials (`deploy/trials`), or starts it there; it is left running for the next one. */
export async function joinPlatform(): Promise<NexusCommand> {
  const stateDir = process.env['NEXUS_TRIALS_STATE_DIR'] ?? join(CHECKOUT, '.nexus', 'trials');
  const nexus = (...args: string[]): Promise<Ran> => ran(stateDir, [...args, '--json']);
  const running = (await nexus('status')).json['processes'] as unknown[];
  const up = await nexus('up', '--split', ...(running.length > 0 ? [] : ['--port', EDGE_PORT]));
  if (up.code !== 0) throw new Error(`the platform did not start: ${up.stderr}`);
  return { nexus };
}

async function ran(stateDir: string, args: readonly string[]): Promise<Ran> {
  const options = { env: { ...process.env, NEXUS_STATE_DIR: stateDir }, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await run(process.execPath, [BIN, ...args], options);
    return { code: 0, json: parsed(stdout), stderr };
  } catch (error) {
    const failed = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof failed.code !== 'number') throw error;
    return { code: failed.code, json: parsed(failed.stdout ?? ''), stderr: failed.stderr ?? '' };
  }
}

const parsed = (text: string): Record<string, unknown> =>
  text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
