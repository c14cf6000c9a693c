import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '@nexus/local/process';
import {
  cached,
  downloadVerified,
  LauncherError,
  messageOf,
  requireGo,
  withProgress,
  type Progress,
} from '@nexus/local/provide';
import { z } from 'zod';
import { sourcesFile } from '../paths.ts';

const sourceSchema = z.strictObject({
  module: z.string(),
  version: z.string(),
  sum: z.string().startsWith('h1:'),
  files: z.array(z.string()).min(1),
  /** Where each file is by itself; `{version}` and `{file}` are filled in. */
  download: z
    .strictObject({ url: z.string(), sha256: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)) })
    .optional(),
});
type Source = z.infer<typeof sourceSchema>;
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

/** The folder that holds the pinned files, downloaded one by one or out of the Go module's archive; both are verified. */
export async function provideSource(name: SourceName, progress: Progress): Promise<string> {
  const source = readSources()[name];
  const digest = createHash('sha256')
    .update(JSON.stringify([source.sum, source.files]))
    .digest('hex')
    .slice(0, 12);
  return cached(`source-${name}-${source.version}-${digest}`, progress, (intoDir) =>
    withProgress(progress, `downloading ${source.module} ${source.version}`, async () => {
      const reasons: string[] = [];
      for (const way of [fileByFile, outOfModule]) {
        try {
          return await way(source, intoDir);
        } catch (error) {
          reasons.push(messageOf(error));
        }
      }
      throw new LauncherError(
        `Files of ${source.module} ${source.version} could not be had:\n${reasons.map((why) => `  - ${why}`).join('\n')}`,
        'Let this machine reach the network, or install Go (from go.dev/dl) and run this again.',
      );
    }),
  );
}

async function fileByFile({ version, files, download }: Source, intoDir: string): Promise<void> {
  if (download === undefined) throw new Error('its files are not to be had one by one');
  for (const file of files) {
    await mkdir(dirname(join(intoDir, file)), { recursive: true });
    const url = download.url.replace('{version}', version).replace('{file}', file);
    await downloadVerified(url, download.sha256[file] ?? '', join(intoDir, file));
  }
}

async function outOfModule({ module, version, sum, files }: Source, intoDir: string): Promise<void> {
  const found = await download(`${module}@${version}`);
  if (found.Sum !== sum) throw new Error(`${module} ${version} has the sum ${found.Sum}, expected ${sum}`);
  for (const file of files) {
    await mkdir(dirname(join(intoDir, file)), { recursive: true });
    await cp(join(found.Dir, file), join(intoDir, file), { recursive: true });
  }
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
