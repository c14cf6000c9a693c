import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LauncherError } from '../launcher-error.ts';
import { defaultStateDir } from '../paths.ts';
import { writeFileAtomically } from '../write-file-atomically.ts';

const port = z.number().int().min(1).max(65_535);

/** Where the engines of one state folder are and how to get in. Secret: only its owner may read the file. */
export const enginesStateSchema = z.strictObject({
  version: z.literal(1),
  edgeOrigin: z.url(),
  postgres: z.strictObject({ host: z.string(), port, superuserUrl: z.url() }).optional(),
  nats: z.strictObject({ url: z.url(), monitorUrl: z.url().optional() }).optional(),
  temporal: z.strictObject({ address: z.string(), namespace: z.string(), httpUrl: z.url().optional() }).optional(),
  temporalUi: z.strictObject({ url: z.url() }).optional(),
  keycloak: z
    .strictObject({
      /** With its path: `http://127.0.0.1:1234/auth`. */
      url: z.url(),
      /** The `iss` of its tokens, in the name of the edge. */
      issuer: z.url(),
      realm: z.string(),
      adminUrl: z.url(),
      adminUser: z.string(),
      adminPassword: z.string(),
      identityClientId: z.string(),
      identityClientSecret: z.string(),
      /** The local platform operator, who signs in through the client `nexus-cli`. */
      operator: z.strictObject({
        username: z.string(),
        password: z.string(),
        organizationAlias: z.string(),
        organizationId: z.uuid(),
      }),
    })
    .optional(),
  pgbouncer: z.strictObject({ host: z.string(), port }).optional(),
  processes: z.array(z.strictObject({ name: z.string(), pid: z.number().int().nullable() })),
});

/** The state of a whole set; a set started with `--only` has just the parts that were asked for. */
export type PartialEnginesState = z.infer<typeof enginesStateSchema>;
export type EnginesState = PartialEnginesState & {
  [Name in 'postgres' | 'nats' | 'temporal' | 'keycloak']: NonNullable<PartialEnginesState[Name]>;
};

export const defaultEnginesDir = join(defaultStateDir, 'engines');

export function enginesStateFile(stateDir: string = defaultEnginesDir): string {
  return join(stateDir, 'engines.json');
}

export function writeEnginesState(stateDir: string, state: PartialEnginesState): void {
  writeFileAtomically(enginesStateFile(stateDir), `${JSON.stringify(enginesStateSchema.parse(state), null, 2)}\n`);
}

export function readPartialEnginesState(stateDir: string = defaultEnginesDir): PartialEnginesState | undefined {
  let text: string;
  try {
    text = readFileSync(enginesStateFile(stateDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return enginesStateSchema.parse(JSON.parse(text));
}

/** The running set of engines; an error that says how to start it when there is none. */
export function readEnginesState(stateDir: string = defaultEnginesDir): EnginesState {
  const state = readPartialEnginesState(stateDir);
  const remedy = `Run \`node deploy/local/src/engines/main.ts up --state-dir ${stateDir}\`.`;
  if (!state) throw new LauncherError(`No engines are running (${enginesStateFile(stateDir)} is missing).`, remedy);
  const { postgres, nats, temporal, keycloak } = state;
  if (!postgres || !nats || !temporal || !keycloak) {
    throw new LauncherError(`Only some engines are running in ${stateDir}.`, remedy);
  }
  return { ...state, postgres, nats, temporal, keycloak };
}
