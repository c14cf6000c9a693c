import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imagesDir } from '../paths.ts';
import { complaintsAbout } from './rules.ts';

export const DOCKERFILE = join(imagesDir, 'Dockerfile');

export async function checkDockerfiles(say: (line: string) => void): Promise<void> {
  const complaints = complaintsAbout(await readFile(DOCKERFILE, 'utf8'));
  if (complaints.length > 0) throw new Error(`${DOCKERFILE}:\n${complaints.map((text) => `  ${text}`).join('\n')}`);
  say('the Dockerfile keeps the rules');
}
