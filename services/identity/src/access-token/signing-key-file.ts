import { mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { newSigningKey, rotated, signingKeySet, type SigningKeySet } from './signing-keys.ts';

const OWNER_ONLY = 0o600;

/**
 * The key file, made with one key where there is none. Refuses a file that others than its owner and group may read:
 * whoever has it can sign in as anybody.
 */
export async function readOrCreateKeyFile(path: string, nowSeconds: number): Promise<SigningKeySet> {
  try {
    return await readKeyFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const set: SigningKeySet = { keys: [await newSigningKey(nowSeconds)] };
  try {
    const file = await open(path, 'wx', OWNER_ONLY); // two processes that start together agree on the first file
    await file.writeFile(JSON.stringify(set));
    await file.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readKeyFile(path);
}

export async function readKeyFile(path: string): Promise<SigningKeySet> {
  const { mode } = await stat(path);
  if ((mode & 0o007) !== 0) throw new Error(`${path} may be read by everybody; chmod 600 it`);
  return signingKeySet.parse(JSON.parse(await readFile(path, 'utf8')));
}

/** Adds a key to the file; the running services take it up by themselves. */
export async function rotateKeyFile(path: string, nowSeconds: number): Promise<SigningKeySet> {
  const set = rotated(await readOrCreateKeyFile(path, nowSeconds), await newSigningKey(nowSeconds), nowSeconds);
  const fresh = `${path}.new`;
  await writeFile(fresh, JSON.stringify(set), { mode: OWNER_ONLY });
  await rename(fresh, path);
  return set;
}
