import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KeyPairStorage } from '@nexus/terminal-core';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** Keeps a terminal's key pair in a file that only its owner may read; written whole or not at all. */
export const fileKeyPairStorage = (path: string): KeyPairStorage => ({
  extractable: true,
  load: async () => {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    });
    if (text === null) return null;
    const kept = JSON.parse(text) as { publicKey: string; privateKey: string };
    const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
    return {
      publicKey: await crypto.subtle.importKey('spki', bytes(kept.publicKey), ALGORITHM, true, ['verify']),
      privateKey: await crypto.subtle.importKey('pkcs8', bytes(kept.privateKey), ALGORITHM, false, ['sign']),
    };
  },
  save: async (pair) => {
    const exported = async (format: 'spki' | 'pkcs8', key: typeof pair.publicKey) =>
      Buffer.from(await crypto.subtle.exportKey(format, key)).toString('base64');
    const text = JSON.stringify({
      publicKey: await exported('spki', pair.publicKey),
      privateKey: await exported('pkcs8', pair.privateKey),
    });
    await writeDurably(path, text);
  },
});

const writeDurably = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
