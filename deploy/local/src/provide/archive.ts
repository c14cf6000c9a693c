import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { runCommand } from '../process/run-command.ts';

const MAX_ENTRIES = 20_000;
const TIMEOUT_MS = 120_000;

export async function extractTarGz(file: string, intoDir: string): Promise<void> {
  await runCommand('tar', ['-xzf', file, '-C', intoDir, '--no-same-owner'], { timeoutMs: TIMEOUT_MS });
}

/** Unpacks a zip without its first folder; executables stay executable. Needs no `unzip` on the machine. */
export async function extractZip(file: string, intoDir: string): Promise<void> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false });
  let entries = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      if (++entries > MAX_ENTRIES) throw new Error(`${file} has more than ${MAX_ENTRIES} entries`);
      await extractEntry(zip, entry, intoDir);
    }
  } finally {
    zip.close();
  }
}

async function extractEntry(zip: ZipFile, entry: Entry, intoDir: string): Promise<void> {
  const inner = entry.fileName.split('/').slice(1).join('/');
  if (inner === '' || inner.endsWith('/')) return;
  const target = resolve(join(intoDir, inner));
  if (relative(intoDir, target).startsWith('..')) throw new Error(`${entry.fileName} leaves its folder`);
  await mkdir(dirname(target), { recursive: true });
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
  const mode = (entry.externalFileAttributes >>> 16) & 0o777;
  if (mode & 0o111) await chmod(target, mode);
}

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
