import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withProgress, type Progress } from '../progress.ts';
import { runCommand } from '../process/run-command.ts';
import { sha256OfFile } from './archive.ts';
import { findOnPath } from './on-path.ts';

const TIMEOUT_MS = 20 * 60_000;

function requireMaven(): string {
  const maven = findOnPath('mvn');
  if (!maven) throw new Error('Maven is not installed');
  return maven;
}

/** Copies one artefact from the machine's Maven repository, fetched when it is not there yet, and checks its SHA-256. */
export async function copyArtifact(
  coordinates: string,
  expectedSha256: string,
  intoDir: string,
  progress: Progress,
): Promise<string> {
  const maven = requireMaven();
  const args = ['-q', '-B', 'dependency:copy', `-Dartifact=${coordinates}`, `-DoutputDirectory=${intoDir}`];
  await withProgress(progress, `fetching ${coordinates} with Maven`, () =>
    runCommand(maven, args, { cwd: intoDir, timeoutMs: TIMEOUT_MS }),
  );
  const [, artifact = '', version = ''] = coordinates.split(':');
  const name = (await readdir(intoDir)).find((file) => file.startsWith(`${artifact}-${version}`));
  if (!name) throw new Error(`Maven copied no file for ${coordinates}`);
  await verify(join(intoDir, name), expectedSha256);
  return join(intoDir, name);
}

/** Copies every jar of a project's runtime class path; `pom` is the text of its pom.xml. */
export async function copyRuntimeClassPath(pomFile: string, intoDir: string, progress: Progress): Promise<void> {
  const maven = requireMaven();
  await access(pomFile);
  const args = [
    ...['-q', '-B', '-f', pomFile, 'dependency:copy-dependencies'],
    ...['-DincludeScope=runtime', `-DoutputDirectory=${intoDir}`],
  ];
  await withProgress(progress, 'fetching the Temporal test server with Maven', () =>
    runCommand(maven, args, { cwd: intoDir, timeoutMs: TIMEOUT_MS }),
  );
}

export async function verify(file: string, expectedSha256: string): Promise<void> {
  const actual = await sha256OfFile(file);
  if (actual !== expectedSha256) throw new Error(`${file} has the SHA-256 ${actual}, expected ${expectedSha256}`);
}
