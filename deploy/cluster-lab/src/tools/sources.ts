import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '@nexus/local/process';
import { cached, requireGo, withProgress, type Progress } from '@nexus/local/provide';
import { z } from 'zod';
import { sourcesFile } from '../paths.ts';

const sourceSchema = z.strictObject({
  module: z.string(),
  version: z.string(),
  sum: z.string().startsWith('h1:'),
  files: z.array(z.string()).min(1),
});
const manifestSchema = z.strictObject({
  comment: z.string(),
  kubernetes: sourceSchema,
  kwok: sourceSchema,
  prometheusOperator: sourceSchema,
  externalSecrets: sourceSchema,
});
type SourceManifest = z.infer<typeof manifestSchema>;
export type SourceName = Exclude<keyof SourceManifest, 'comment'>;

const downloadSchema = z.looseObject({ Dir: z.string(), Sum: z.string() });
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;

export const readSources = (): SourceManifest => manifestSchema.parse(JSON.parse(readFileSync(sourcesFile, 'utf8')));

/**
 * The folder that holds the pinned files of a Go module, as the module's archive has them. Go's module proxy is a
 * download with a checksum that needs no build; the archive's sum is compared before anything is read from it.
 */
export async function provideSource(name: SourceName, progress: Progress): Promise<string> {
  const { module, version, sum, files } = readSources()[name];
  const digest = createHash('sha256')
    .update(JSON.stringify([sum, files]))
    .digest('hex')
    .slice(0, 12);
  return cached(`source-${name}-${version}-${digest}`, progress, (intoDir) =>
    withProgress(progress, `downloading ${module} ${version}`, async () => {
      const found = await download(`${module}@${version}`);
      if (found.Sum !== sum) throw new Error(`${module} ${version} has the sum ${found.Sum}, expected ${sum}`);
      for (const file of files) {
        await mkdir(dirname(join(intoDir, file)), { recursive: true });
        await cp(join(found.Dir, file), join(intoDir, file), { recursive: true });
      }
    }),
  );
}

/** Outside the checkout, where no go.mod of ours has a say in it. */
async function download(what: string): Promise<z.infer<typeof downloadSchema>> {
  const cwd = await mkdtemp(join(tmpdir(), 'nexus-source-'));
  try {
    const output = await runCommand(await requireGo(), ['mod', 'download', '-json', what], {
      cwd,
      timeoutMs: DOWNLOAD_TIMEOUT_MS,
    });
    return downloadSchema.parse(JSON.parse(output.slice(output.indexOf('{'))));
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
