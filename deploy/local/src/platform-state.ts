import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LauncherError } from './launcher-error.ts';
import { defaultStateDir } from './paths.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

const serviceSchema = z.strictObject({
  url: z.url(),
  databaseUrl: z.url(),
  provisionerDatabaseUrl: z.url(),
});

/** Where the platform's own processes are. Secret: only its owner may read the file. */
const platformStateSchema = z.strictObject({
  version: z.literal(1),
  split: z.boolean(),
  /** Services reach PostgreSQL by way of PgBouncer. */
  pooled: z.boolean().default(false),
  /** The one origin that people and tills use. */
  origin: z.url(),
  /** Password that new people get on this laptop. */
  initialPassword: z.string(),
  services: z.record(z.string(), serviceSchema),
});

export type PlatformState = z.infer<typeof platformStateSchema>;

export function platformDir(stateDir: string = defaultStateDir): string {
  return join(stateDir, 'platform');
}

export function enginesDir(stateDir: string = defaultStateDir): string {
  return join(stateDir, 'engines');
}

function platformStateFile(stateDir: string): string {
  return join(platformDir(stateDir), 'platform.json');
}

export function writePlatformState(stateDir: string, state: PlatformState): void {
  writeFileAtomically(platformStateFile(stateDir), `${JSON.stringify(platformStateSchema.parse(state), null, 2)}\n`);
}

export function readPlatformState(stateDir: string = defaultStateDir): PlatformState {
  let text: string;
  try {
    text = readFileSync(platformStateFile(stateDir), 'utf8');
  } catch (error) {
    throw new LauncherError('Nexus is not running here.', 'Start it: `npx nexus up`.', { cause: error });
  }
  return platformStateSchema.parse(JSON.parse(text));
}
