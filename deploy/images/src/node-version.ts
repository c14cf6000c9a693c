import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({ devDependencies: z.object({ node: z.string() }) });

/** The process that puts images together. */
type Running = Pick<NodeJS.Process, 'arch' | 'versions' | 'execPath'>;

/**
 * The Node that runs this goes into the image: it must be the one that every test runs on, for the image's processor. Its
 * path; an error says how to get there.
 */
export async function pinnedNode(checkout: string, cpu: string, running: Running = process): Promise<string> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8')));
  const { node: wanted } = manifest.devDependencies;
  if (running.arch !== cpu) {
    throw new Error(
      `this runs on ${running.arch}, which cannot put an image for ${cpu} together: --build lets Docker do it`,
    );
  }
  if (running.versions.node !== wanted) {
    throw new Error(`this runs on Node ${running.versions.node}, images have ${wanted}: use \`npm run images\``);
  }
  return running.execPath;
}
