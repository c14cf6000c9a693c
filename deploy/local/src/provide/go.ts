import { cp, readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { engineSourcesDir } from '../paths.ts';
import { withProgress, type Progress } from '../progress.ts';
import { runCommand } from '../process/run-command.ts';
import { cached } from './cache.ts';
import type { BinaryManifest } from './manifest.ts';
import { findOnPath, versionOf } from './on-path.ts';

const BUILD_TIMEOUT_MS = 40 * 60_000;

/** The cache key of one build: the pinned version, every byte that go.sum pins, and what the linker sets. */
export async function goBuildKey(name: string, binary: BinaryManifest): Promise<string> {
  const goSum = await readFile(join(engineSourcesDir, binary.goModule.directory, 'go.sum'));
  const hash = createHash('sha256').update(goSum);
  if (binary.goModule.variables) hash.update(linkerFlags(binary));
  const digest = hash.digest('hex').slice(0, 12);
  return `${name}-${binary.version}-go-${digest}-${process.platform}-${process.arch}`;
}

/** Builds the module's tools into the cache and answers with their folder. */
export async function buildWithGo(name: string, binary: BinaryManifest, progress: Progress): Promise<string> {
  const go = await requireGo();
  return cached(await goBuildKey(name, binary), progress, (intoDir) =>
    withProgress(progress, `building ${name} ${binary.version} with Go`, async () => {
      // The build runs on a copy, so that nothing it does can change the checkout.
      const source = join(intoDir, 'module');
      await cp(join(engineSourcesDir, binary.goModule.directory), source, { recursive: true });
      const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false -mod=readonly', GOBIN: intoDir };
      const args = ['install', '-trimpath', '-ldflags', linkerFlags(binary), 'tool'];
      await runCommand(go, args, { cwd: source, env, timeoutMs: BUILD_TIMEOUT_MS });
      for (const file of Object.values(binary.goModule.executables)) {
        if (!existsSync(join(intoDir, file))) throw new Error(`go install wrote no ${file}`);
      }
    }),
  );
}

function linkerFlags({ version, goModule }: BinaryManifest): string {
  const variables = Object.entries(goModule.variables ?? {});
  return ['-s', '-w', ...variables.map(([name, value]) => `-X ${name}=${value.replaceAll('{version}', version)}`)].join(
    ' ',
  );
}

export async function requireGo(): Promise<string> {
  const go = findOnPath('go') ?? (existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : undefined);
  if (!go) throw new Error('Go is not installed');
  await versionOf(go, 'version');
  return go;
}
