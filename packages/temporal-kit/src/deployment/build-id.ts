import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** What a build id looks like: short enough for Temporal's limits, and nothing that a label or an image tag could not hold. */
export const BUILD_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

const HASH_CHARACTERS = 12;

/** A build id out of the workflows' code: the same code is the same build, wherever and however often it is started. */
export async function buildIdOf(bundle: { readonly code: string } | { readonly codePath: string }): Promise<string> {
  const code = 'code' in bundle ? bundle.code : await readFile(bundle.codePath, 'utf8');
  return `code-${createHash('sha256').update(code).digest('hex').slice(0, HASH_CHARACTERS)}`;
}
