import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from '../process/run-command.ts';

const VERSION_TIMEOUT_MS = 10_000;

/** The first executable of that name on PATH, or in `further` folders. */
export function findOnPath(command: string, further: readonly string[] = []): string | undefined {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...further]) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not there, or not ours to run: the next folder may have it.
    }
  }
  return undefined;
}

/** What a program says of its own version: the first thing that looks like one. */
export async function versionOf(path: string, ...flags: readonly string[]): Promise<string | undefined> {
  const args = flags.length === 0 ? ['--version'] : flags;
  const output = await runCommand(path, args, { timeoutMs: VERSION_TIMEOUT_MS });
  return /\d+\.\d+(\.\d+)*/.exec(output)?.[0];
}

/** All of the commands on PATH in an accepted version, or undefined together with what was wrong. */
export async function acceptFromPath(
  commands: readonly string[],
  acceptedPrefix: string,
  furtherFolders: readonly string[] = [],
  versionArguments: Readonly<Record<string, readonly string[]>> = {},
): Promise<{ executables: Record<string, string> } | { why: string }> {
  const executables: Record<string, string> = {};
  for (const command of commands) {
    const path = findOnPath(command, furtherFolders);
    if (!path) return { why: `${command} is not on PATH` };
    const version = await versionOf(path, ...(versionArguments[command] ?? []));
    if (!version?.startsWith(acceptedPrefix)) {
      return { why: `${path} is version ${version ?? 'unknown'}, wanted ${acceptedPrefix}x` };
    }
    executables[command] = path;
  }
  return { executables };
}
