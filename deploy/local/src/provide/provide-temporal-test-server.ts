import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LauncherError } from '../launcher-error.ts';
import { engineSourcesDir } from '../paths.ts';
import type { Progress } from '../progress.ts';
import { cached } from './cache.ts';
import { readManifest } from './manifest.ts';
import { copyRuntimeClassPath, verify } from './maven.ts';
import { provideJava } from './provide-java.ts';

/**
 * The time-skipping server for workflow tests, as one executable:
 * `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`.
 */
export async function provideTemporalTestServer(progress: Progress): Promise<string> {
  const { temporalTestServer: pinned } = readManifest();
  const java = await provideJava();
  const jar = `temporal-test-server-${pinned.version}.jar`;
  const folder = await cached(`temporal-test-server-${pinned.version}`, progress, async (intoDir) => {
    const pom = join(engineSourcesDir, 'temporal-test-server/pom.xml');
    try {
      await copyRuntimeClassPath(pom, intoDir, progress);
      await verify(join(intoDir, jar), pinned.maven.sha256);
    } catch (error) {
      throw new LauncherError(
        `The Temporal test server ${pinned.version} could not be fetched: ${String(error)}`,
        'Install Maven (on Debian: `sudo apt-get install maven`) and run this again.',
        { cause: error },
      );
    }
  });
  return writeWrapper(folder, java);
}

/** Written on every call: the machine's Java may have moved since the jars were cached. */
async function writeWrapper(folder: string, java: string): Promise<string> {
  const path = join(folder, 'temporal-test-server');
  const options = '-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1';
  const script = `#!/bin/sh\nexec '${java}' ${options} -cp '${folder}/*' io.temporal.testserver.TestServer "$@"\n`;
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, script);
  await chmod(temporary, 0o755);
  await rename(temporary, path);
  return path;
}
