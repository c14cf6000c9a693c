import { readFile, writeFile } from 'node:fs/promises';
import { DOCKERFILE } from '../dockerfile/check-dockerfiles.ts';
import { basesOf, withDigest } from './bases.ts';
import { digestOf } from './registry.ts';

/** Writes today's digest of each base's tag into the Dockerfile; what changed is reviewed and tested like any update. */
export async function pinBases(
  say: (line: string) => void,
  file: string = DOCKERFILE,
  resolve: (image: string, tag: string) => Promise<string> = digestOf,
): Promise<void> {
  const before = await readFile(file, 'utf8');
  let text = before;
  for (const base of basesOf(before)) {
    const digest = await resolve(base.image, base.tag);
    say(`${base.image}:${base.tag} ${digest === base.digest ? 'is as it was' : `${base.digest} → ${digest}`}`);
    text = withDigest(text, base, digest);
  }
  if (text !== before) await writeFile(file, text);
}
