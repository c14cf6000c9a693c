import { setTimeout as sleep } from 'node:timers/promises';
import { NexusError } from '@nexus/contracts';
import type { TenancyDb } from '@nexus/tenancy-db';
import type { ServiceRuntime } from './define-service.ts';
import type { StandardConfig } from './standard-config.ts';
import type { Kit } from './standard-service.ts';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;

/**
 * Waits until the shared schema is as new as this code needs: brings it up itself, or, where a release does that, looks
 * until it is there. A database that is away is waited for; anything else that is wrong with it fails the start. Rejects
 * when the process is told to stop.
 */
export async function awaitSharedSchema(
  runtime: ServiceRuntime<StandardConfig>,
  kit: Kit<StandardConfig>,
  required: readonly string[],
): Promise<void> {
  const attempt = runtime.config.migrateShared
    ? () => kit.provisioner.migrateShared().then(() => true)
    : () => isSharedSchemaThere(kit.db, required);
  const { stopping } = runtime;
  for (let tries = 0; ; tries += 1) {
    stopping.throwIfAborted();
    const missing = await attempt().then(
      (there) => (there ? undefined : 'the shared schema is not there yet, or older than this release'),
      (error: unknown) => {
        if (!isAway(error)) throw error;
        return 'the database is not reachable yet';
      },
    );
    if (missing === undefined) return;
    if (tries === 0) kit.logger.warn(`${missing}; trying until it is`);
    await sleep(Math.min(FIRST_PAUSE_MS * 2 ** tries, MAX_PAUSE_MS), undefined, { signal: stopping });
  }
}

/** True when every migration that this code needs was run. False, too, where there is no schema or no role for it. */
export async function isSharedSchemaThere(db: TenancyDb, required: readonly string[]): Promise<boolean> {
  try {
    const rows = await db.shared((tx) => tx.query('SELECT 1 FROM schema_migration WHERE name = ANY($1)', [required]));
    return rows.length === required.length;
  } catch (error) {
    if (isNotMade(error)) return false;
    throw error;
  }
}

/** No such role, or not ours to take; no such schema or table. */
const NOT_MADE = new Set(['22023', '42501', '42704', '3F000', '42P01']);

const isNotMade = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && NOT_MADE.has(error.code);

const isAway = (error: unknown): boolean => error instanceof NexusError && error.code === 'NX-3001';
