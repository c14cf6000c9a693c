import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { DOCKERFILE } from './dockerfile/check-dockerfiles.ts';
import type { ProcessName } from './processes.ts';

export interface BuildInput {
  readonly checkout: string;
  readonly processes: readonly ProcessName[];
  readonly release: string;
  readonly cpu: 'x64' | 'arm64';
  /** Where the images belong: `registry.example`, perhaps with a path. */
  readonly registry: string | undefined;
  readonly push: boolean;
  /** Where the digests of what was pushed are written, as values of the chart. */
  readonly digests: string | undefined;
  readonly say: (line: string) => void;
}

const PLATFORMS = { x64: 'linux/amd64', arm64: 'linux/arm64' } as const;

/** `nexus/sales:1.2.3`, in a registry `registry.example/nexus/sales:1.2.3`, as the chart names them. */
export const imageName = (registry: string | undefined, process: ProcessName, release: string): string =>
  `${registry === undefined ? '' : `${registry}/`}nexus/${process}:${release}`;

/** Builds each image with Docker's BuildKit, one after the other: they share the stage with all dependencies. */
export async function buildImages(input: BuildInput): Promise<void> {
  const { checkout, processes, release, registry, say } = input;
  const revision = await output('git', ['rev-parse', 'HEAD'], checkout);
  const folder = await mkdtemp(join(tmpdir(), 'nexus-build-'));
  const digests: Record<string, string> = {};
  try {
    for (const process of processes) {
      say(`building ${imageName(registry, process, release)}`);
      const metadata = join(folder, `${process}.json`);
      await run('docker', dockerArguments(input, process, revision, metadata), checkout);
      digests[process] = await digestIn(metadata);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (input.digests !== undefined) {
    await writeFile(input.digests, `${JSON.stringify({ image: { digests } }, null, 2)}\n`);
  }
}

const metadataSchema = z.object({ 'containerimage.digest': z.string().regex(/^sha256:[0-9a-f]{64}$/) });

/** What BuildKit says of an image that it made. */
const digestIn = async (file: string): Promise<string> =>
  metadataSchema.parse(JSON.parse(await readFile(file, 'utf8')))['containerimage.digest'];

/** Of `docker`. With its parts list and where it came from where it is pushed; a local engine keeps neither. */
export function dockerArguments(
  { release, cpu, registry, push }: Omit<BuildInput, 'processes' | 'checkout' | 'say' | 'digests'>,
  process: ProcessName,
  revision: string,
  metadata: string,
): string[] {
  const given = { PROCESS: process, RELEASE: release, REVISION: revision };
  return [
    ...['buildx', 'build', '--file', DOCKERFILE, '--platform', PLATFORMS[cpu]],
    ...Object.entries(given).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...['--tag', imageName(registry, process, release), '--metadata-file', metadata],
    ...(push ? ['--push', '--provenance=mode=max', '--sbom=true'] : ['--load']),
    '.',
  ];
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with ${code ?? 'a signal'}`);
}

async function output(command: string, args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = await Promise.all([child.stdout.setEncoding('utf8').toArray(), once(child, 'exit')]);
  return text.join('').trim();
}
