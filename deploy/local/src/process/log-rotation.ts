import { copyFile, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_LOG_BYTES = 16 * 1024 ** 2;
const CHECK_EVERY_MS = 10_000;

/**
 * Keeps each log at a bounded size. The writers hold their files open in append mode, so the content moves aside by copy
 * and truncation; what is written between the two is lost, which a log of a laptop can bear.
 */
export async function rotateLogs(logDir: string, maxBytes = MAX_LOG_BYTES): Promise<void> {
  for (const name of await readdir(logDir)) {
    if (!name.endsWith('.log')) continue;
    const file = join(logDir, name);
    if ((await stat(file)).size <= maxBytes) continue;
    await copyFile(file, `${file}.1`);
    await truncate(file, 0);
  }
}

export function rotateLogsRegularly(logDir: string, onError: (error: unknown) => void): NodeJS.Timeout {
  const timer = setInterval(() => void rotateLogs(logDir).catch(onError), CHECK_EVERY_MS);
  timer.unref();
  return timer;
}
