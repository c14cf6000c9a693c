import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** Environment variable that names the `engines.json` to use; without it, that of this checkout. */
export const ENGINES_VARIABLE = 'NEXUS_TEST_ENGINES';
const CHECKOUT = resolve(import.meta.dirname, '../../..');

/** What suites need to know of the running engines. The launcher writes more than this. */
const engines = z.object({
  postgres: z.object({ superuserUrl: z.string() }),
  nats: z.object({ url: z.string() }),
  temporal: z.object({ address: z.string(), namespace: z.string() }),
  keycloak: z.object({
    /** With its path: `http://127.0.0.1:1234/auth`. */
    url: z.string(),
    /** The `iss` of its tokens. */
    issuer: z.string(),
    realm: z.string(),
    adminUser: z.string(),
    adminPassword: z.string(),
    identityClientId: z.string(),
    identityClientSecret: z.string(),
    operator: z.object({
      username: z.string(),
      password: z.string(),
      organizationAlias: z.string(),
      organizationId: z.string(),
    }),
  }),
});
export type Engines = z.infer<typeof engines>;

/** Reads the file anew each time: it is small, and a suite may start and stop engines of its own. */
export function getEngines(): Engines {
  const path = process.env[ENGINES_VARIABLE] ?? join(CHECKOUT, '.nexus/engines/engines.json');
  try {
    return engines.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new Error(
      `no engines are running for tests (${path}); start them: node deploy/local/src/engines/main.ts up`,
      { cause: error },
    );
  }
}
