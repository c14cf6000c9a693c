import { join } from 'node:path';
import { LauncherError } from '../launcher-error.ts';
import { readManifest } from './manifest.ts';
import { findOnPath, versionOf } from './on-path.ts';

/** A Java that is new enough: JAVA_HOME first, as every Java tool does, then PATH. */
export async function provideJava(): Promise<string> {
  const wanted = Number(readManifest().java.version);
  const home = process.env['JAVA_HOME'];
  const candidates = [home && join(home, 'bin/java'), findOnPath('java')].filter((path) => path !== undefined && path);
  const seen: string[] = [];
  for (const path of candidates as string[]) {
    try {
      const version = await versionOf(path, '-version');
      if (Number(version?.split('.')[0]) >= wanted) return path;
      seen.push(`${path} is version ${version}`);
    } catch (error) {
      seen.push(`${path} does not run: ${String(error)}`);
    }
  }
  throw new LauncherError(
    `Java ${wanted} or newer was not found${seen.length > 0 ? ` (${seen.join('; ')})` : ''}; Keycloak needs it.`,
    'Install it (on Debian: `sudo apt-get install openjdk-17-jre-headless`), or point JAVA_HOME at one.',
  );
}
