import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { mkdir, rm } from 'node:fs/promises';
import { LauncherError, messageOf } from '../launcher-error.ts';
import { withProgress, type Progress } from '../progress.ts';
import { runCommand } from '../process/run-command.ts';
import { extractZip } from './archive.ts';
import { cached, cachedPath } from './cache.ts';
import { downloadVerified } from './download.ts';
import { readManifest, releaseUrl } from './manifest.ts';
import { copyArtifact } from './maven.ts';
import { provideJava } from './provide-java.ts';

const BUILD_TIMEOUT_MS = 10 * 60_000;

/**
 * What `kc.sh build` fixes. One process on a laptop needs no clustered cache, and leaving out what nobody uses makes
 * its start shorter.
 */
const BUILD_OPTIONS = [
  '--db=postgres',
  '--cache=local',
  '--http-relative-path=/auth',
  '--health-enabled=false',
  '--metrics-enabled=false',
];

export interface KeycloakDistribution {
  java: string;
  homeDir: string;
}

/** Keycloak, unpacked and built for PostgreSQL once; every state of every checkout starts from that folder. */
export async function provideKeycloak(progress: Progress): Promise<KeycloakDistribution> {
  const { keycloak } = readManifest();
  const java = await provideJava();
  const options = createHash('sha256').update(BUILD_OPTIONS.join(' ')).digest('hex').slice(0, 12);
  const key = `keycloak-${keycloak.version}-${options}`;
  const found = cachedPath(key);
  if (found) return { java, homeDir: found };
  const homeDir = await cached(key, progress, async (intoDir) => {
    const downloads = join(intoDir, 'nexus-download');
    await mkdir(downloads);
    const zip = await fetchDistribution(downloads, progress);
    await withProgress(progress, 'unpacking Keycloak', () => extractZip(zip, intoDir));
    await rm(downloads, { recursive: true });
    await withProgress(progress, 'building Keycloak for PostgreSQL', () =>
      runCommand(join(intoDir, 'bin/kc.sh'), ['build', ...BUILD_OPTIONS], {
        env: { ...process.env, JAVA: java },
        timeoutMs: BUILD_TIMEOUT_MS,
      }),
    );
  });
  return { java, homeDir };
}

async function fetchDistribution(intoDir: string, progress: Progress): Promise<string> {
  const { keycloak } = readManifest();
  const reasons: string[] = [];
  try {
    const file = join(intoDir, 'keycloak.zip');
    await withProgress(progress, `downloading Keycloak ${keycloak.version}`, () =>
      downloadVerified(releaseUrl(keycloak.release.archive, keycloak.version), keycloak.release.sha256 ?? '', file),
    );
    return file;
  } catch (error) {
    reasons.push(`its official release: ${messageOf(error)}`);
  }
  try {
    return await copyArtifact(keycloak.maven.coordinates, keycloak.maven.sha256, intoDir, progress);
  } catch (error) {
    reasons.push(`with Maven: ${messageOf(error)}`);
  }
  throw new LauncherError(
    `Keycloak ${keycloak.version} could not be fetched:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}`,
    'Install Maven (on Debian: `sudo apt-get install maven`) and run this again.',
  );
}
