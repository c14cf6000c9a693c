import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ProcessIdentity } from './identity.ts';
import type { Launch } from './spec.ts';

const recordSchema = z.object({ pid: z.number().int().positive(), startTime: z.string(), launchDigest: z.string() });
export type RunRecord = z.infer<typeof recordSchema>;

/**
 * One small file for each process that was started, so that a supervisor that died without a word leaves no stranger
 * behind: the next one knows them by process id and start time. Written synchronously, right after the start.
 */
export class RunRecords {
  readonly #dir: string;

  constructor(stateDir: string) {
    this.#dir = join(stateDir, 'run');
    mkdirSync(this.#dir, { recursive: true });
  }

  write(name: string, identity: ProcessIdentity, launch: Launch): void {
    const record: RunRecord = { ...identity, launchDigest: launchDigest(launch) };
    writeFileSync(this.#file(name), JSON.stringify(record), { mode: 0o600 });
  }

  read(name: string): RunRecord | undefined {
    let text: string;
    try {
      text = readFileSync(this.#file(name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    // A record cut short by a crash names nobody.
    const parsed = recordSchema.safeParse(parseJson(text));
    return parsed.success ? parsed.data : undefined;
  }

  remove(name: string): void {
    rmSync(this.#file(name), { force: true });
  }

  names(): string[] {
    return readdirSync(this.#dir)
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length));
  }

  #file(name: string): string {
    return join(this.#dir, `${name}.json`);
  }
}

/** A process is only taken over when it runs exactly what would be started now. */
export function launchDigest(launch: Launch): string {
  const { command, args, env, cwd, runAs } = launch;
  const sorted = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([command, args, sorted, cwd, runAs]))
    .digest('hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
