import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The root of the checkout this code runs from. */
export const checkoutDir = resolve(import.meta.dirname, '../../..');

/** Where `engines.json` and the Go modules of the engines stand. */
export const engineSourcesDir = join(checkoutDir, 'deploy/engines');

/** State of everything started on this laptop: git-ignored, safe to delete when nothing runs. */
export const defaultStateDir = join(checkoutDir, '.nexus');

/** Engine binaries live outside the checkout, so that every clone on a machine shares one build. */
export function cacheDir(): string {
  const configured = process.env['NEXUS_CACHE_DIR'];
  return configured ? resolve(configured) : join(homedir(), '.cache/nexus');
}
