import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@nexus/telemetry';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

export interface WorkflowBundleOptions {
  /** Absolute path of the module that exports every workflow. */
  readonly workflowsPath: string;
  readonly logger: Logger;
  /** Where bundles are kept between starts, named by the content they were made from. Absent: made at each start. */
  readonly cacheDir?: string;
}

export interface WorkflowBundle {
  readonly code: string;
}

const require = createRequire(import.meta.url);

/** Interceptors of every workflow, compiled into the bundle. */
export const workflowInterceptorModules = [
  fileURLToPath(new URL('../workflow/trace-interceptors.ts', import.meta.url)),
];

/** Workflow code as the sandbox runs it. Takes seconds, hence the cache. */
export async function bundleWorkflows(options: WorkflowBundleOptions): Promise<WorkflowBundle> {
  const { cacheDir, logger } = options;
  if (cacheDir === undefined) return bundle(options);
  const path = join(cacheDir, `workflows-${await contentKey(options.workflowsPath)}.js`);
  const kept = await readKept(path);
  if (kept !== undefined) return { code: kept };
  const { code } = await bundle(options);
  await mkdir(cacheDir, { recursive: true });
  // Written beside and renamed: a start at the same moment reads a whole file or none.
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, code);
  await rename(unfinished, path);
  logger.info({ path }, 'workflow bundle made');
  return { code };
}

async function bundle({ workflowsPath, logger }: WorkflowBundleOptions): Promise<WorkflowBundle> {
  return bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules,
    logger: new DefaultLogger('WARN', ({ level, message }) => logger.warn({ level }, message)),
  });
}

async function readKept(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Everything that goes into a bundle: the workflows' sources, the contracts, our interceptors, the SDK. */
async function contentKey(workflowsPath: string): Promise<string> {
  const hash = createHash('sha256').update(version('@temporalio/worker')).update(version('zod'));
  const contracts = dirname(require.resolve('@nexus/contracts'));
  for (const folder of [dirname(workflowsPath), contracts, dirname(workflowInterceptorModules[0] ?? '')])
    for (const file of await sources(folder))
      hash
        .update(file)
        .update('\0')
        .update(await readFile(file));
  return hash.digest('hex').slice(0, 32);
}

const version = (name: string): string => (require(`${name}/package.json`) as { version: string }).version;

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('node_modules'))
    .sort();
}
