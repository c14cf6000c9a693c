import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({ devDependencies: z.object({ node: z.string() }) });

/**
 * The Node that runs this goes into the image, and must be the one that every test runs on. Its path; an error says how
 * to get there.
 */
export async function pinnedNode(checkout: string): Promise<string> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8')));
  const { node: wanted } = manifest.devDependencies;
  if (process.versions.node !== wanted) {
    throw new Error(`this runs on Node ${process.versions.node}, images have ${wanted}: use \`npm run images\``);
  }
  return process.execPath;
}
