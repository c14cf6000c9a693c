import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where the engines of this test run listen. Written by the launcher, read by every suite. */
export interface Engines {
  readonly postgres: { readonly superuserUrl: string };
  readonly nats: { readonly url: string; readonly binary: string };
  readonly temporal: { readonly address: string; readonly testServer: string };
  readonly keycloak: { readonly url: string; readonly adminUser: string; readonly adminPassword: string };
}

let engines: Engines | undefined;

/** Environment variable that names the file; without it, the engines of this checkout. */
export const ENGINES_VARIABLE = 'NEXUS_TEST_ENGINES';
const CHECKOUT = resolve(import.meta.dirname, '../../..');

/** Reads the file once. Throws, with the command that starts the engines, when it is not there. */
export function getEngines(): Engines {
  engines ??= read(process.env[ENGINES_VARIABLE] ?? join(CHECKOUT, '.nexus/engines/engines.json'));
  return engines;
}

function read(path: string): Engines {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Engines;
  } catch (error) {
    throw new Error(
      `no engines are running for tests (${path}); start them: node deploy/local/src/engines/main.ts up`,
      {
        cause: error,
      },
    );
  }
}
