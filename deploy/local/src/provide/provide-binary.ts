import { mkdir, readdir, rename, rm, chmod } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LauncherError, messageOf } from '../launcher-error.ts';
import type { Progress } from '../progress.ts';
import { withProgress } from '../progress.ts';
import { extractTarGz } from './archive.ts';
import { cached, cachedPath } from './cache.ts';
import { downloadVerified, publishedSha256 } from './download.ts';
import { buildWithGo, goBuildKey } from './go.ts';
import { readManifest, releaseUrl, type BinaryManifest, type ReleaseManifest } from './manifest.ts';
import { acceptFromPath } from './on-path.ts';

export type BinaryName =
  'nats' | 'temporal' | 'temporalTools' | 'temporalUi' | 'kubeconform' | 'helm' | 'etcd' | 'kubernetes' | 'kwok';

/** command → path of a program that can be run */
export type Executables = Record<string, string>;

/**
 * Finds the programs of an engine: on PATH in the pinned version, else the cached or downloaded official release, else
 * the cached or fresh build. When all of it fails, the error tells every reason and the command that helps.
 */
export async function provideBinary(name: BinaryName, progress: Progress): Promise<Executables> {
  const binary = readManifest()[name];
  const commands = Object.keys(binary.goModule.executables);
  const onPath = await acceptFromPath(commands, binary.acceptOnPath, [], binary.versionArguments);
  if ('executables' in onPath) return onPath.executables;
  const inCache = await findInCache(name, binary);
  if (inCache) return inCache;
  const reasons = [onPath.why];
  if (binary.release) {
    try {
      return await fromRelease(name, binary, binary.release, progress);
    } catch (error) {
      rethrowRemedied(error);
      reasons.push(`its official release: ${messageOf(error)}`);
    }
  }
  try {
    return inFolder(await buildWithGo(name, binary, progress), binary.goModule.executables);
  } catch (error) {
    rethrowRemedied(error);
    reasons.push(`building it: ${messageOf(error)}`);
  }
  throw missing(name, binary, commands, reasons);
}

/** A full disk, for one, has a remedy of its own, and trying another way would meet it again. */
function rethrowRemedied(error: unknown): void {
  if (error instanceof LauncherError) throw error;
}

async function findInCache(name: string, binary: BinaryManifest): Promise<Executables | undefined> {
  const released = binary.release && cachedPath(releaseKey(name, binary));
  if (released) return inFolder(released, binary.release?.executables ?? {});
  const built = cachedPath(await goBuildKey(name, binary));
  return built === undefined ? undefined : inFolder(built, binary.goModule.executables);
}

function inFolder(folder: string, executables: Record<string, string>): Executables {
  return Object.fromEntries(Object.entries(executables).map(([command, file]) => [command, join(folder, file)]));
}

function releaseKey(name: string, binary: BinaryManifest): string {
  return `${name}-${binary.version}-release-${process.platform}-${process.arch}`;
}

async function fromRelease(
  name: string,
  binary: BinaryManifest,
  release: ReleaseManifest,
  progress: Progress,
): Promise<Executables> {
  const url = releaseUrl(release.archive, binary.version);
  const sha256 =
    release.sha256 ??
    (await publishedSha256(releaseUrl(release.checksums ?? '', binary.version), basename(new URL(url).pathname)));
  const folder = await cached(releaseKey(name, binary), progress, (intoDir) =>
    withProgress(progress, `downloading ${name} ${binary.version}`, async () => {
      const archive = join(intoDir, 'archive.tar.gz');
      const unpacked = join(intoDir, 'unpacked');
      await downloadVerified(url, sha256, archive);
      await mkdir(unpacked);
      await extractTarGz(archive, unpacked);
      await keepExecutables(unpacked, intoDir, Object.values(release.executables ?? {}));
      await rm(archive);
      await rm(unpacked, { recursive: true });
    }),
  );
  return inFolder(folder, release.executables ?? {});
}

async function keepExecutables(unpacked: string, intoDir: string, files: readonly string[]): Promise<void> {
  const all = await readdir(unpacked, { recursive: true, withFileTypes: true });
  for (const file of files) {
    const entry = all.find((candidate) => candidate.isFile() && candidate.name === file);
    if (!entry) throw new Error(`the archive holds no ${file}`);
    await rename(join(entry.parentPath, entry.name), join(intoDir, file));
    await chmod(join(intoDir, file), 0o755);
  }
}

function missing(name: string, binary: BinaryManifest, commands: string[], reasons: string[]): LauncherError {
  const why = reasons.map((reason) => `  - ${reason}`).join('\n');
  const { go } = readManifest();
  return new LauncherError(
    `${name} ${binary.version} was not found and could not be made:\n${why}`,
    `Install Go ${go.version} or newer (from go.dev/dl; what distributions carry is mostly older) and run this again, ` +
      `or put ${commands.join(' and ')} ${binary.acceptOnPath}x on PATH.`,
  );
}
