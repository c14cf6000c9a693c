import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a pipeline puts the cluster's login: the whole file in base 64, a secret of the environment. */
export const KUBECONFIG_VARIABLE = 'NEXUS_DEPLOY_KUBECONFIG';

/**
 * Runs work with the login that the pipeline gave, in a file that only this user reads and that is gone afterwards.
 * Without one the person's own is used, as kubectl would.
 */
export async function withKubeconfig(
  given: string | undefined,
  work: (env: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  if (given === undefined || given === '') return work({});
  const dir = await mkdtemp(join(tmpdir(), 'nexus-deploy-'));
  try {
    const file = join(dir, 'kubeconfig');
    await writeFile(file, Buffer.from(given, 'base64'), { mode: 0o600 });
    // Programs that are started from here have no use for the variable itself.
    await work({ KUBECONFIG: file, [KUBECONFIG_VARIABLE]: '' });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
