import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureBackofficeBuilt } from '@nexus/local';
import { createLogger } from '@nexus/telemetry';
import { bundleWorkflows } from '@nexus/temporal-kit';
import type { ImageProcess } from '../processes.ts';
import { copyFiles } from './copy-files.ts';
import { withoutSources } from './source-map.ts';

/** Where the built back office stands, in the checkout and under `/app`; without a slash at either end. */
export const BACK_OFFICE = 'backoffice/build';
/** The code that Temporal's worker runs in its sandbox. */
export const WORKFLOW_BUNDLE = 'workflows/build/workflows.js';

export async function addArtefact(input: {
  readonly checkout: string;
  readonly app: string;
  readonly artefact: ImageProcess['artefact'];
}): Promise<void> {
  const { checkout, app, artefact } = input;
  if (artefact === 'back-office') await copyBackOffice(checkout, app);
  if (artefact === 'workflow-bundle') await writeWorkflowBundle(checkout, app);
}

async function copyBackOffice(checkout: string, app: string): Promise<void> {
  await ensureBackofficeBuilt((line) => void process.stderr.write(`${line}\n`));
  const from = join(checkout, BACK_OFFICE);
  await copyFiles(from, join(app, BACK_OFFICE), (path) => !/(^|\/)\./.test(path) && !/\.map(\.br|\.gz)?$/.test(path));
}

/** Made here, so that a worker starts without a bundler and every replica runs the same bytes. */
async function writeWorkflowBundle(checkout: string, app: string): Promise<void> {
  const { code } = await bundleWorkflows({
    workflowsPath: join(checkout, 'workflows/src/workflows.ts'),
    logger: createLogger({ service: 'images', level: 'warn' }),
  });
  await mkdir(dirname(join(app, WORKFLOW_BUNDLE)), { recursive: true });
  await writeFile(join(app, WORKFLOW_BUNDLE), withoutSources(code, checkout));
}
