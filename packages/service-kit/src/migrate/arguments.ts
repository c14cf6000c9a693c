import { parseArgs } from 'node:util';

export interface MigrateArguments {
  readonly shared: boolean;
  readonly tenants: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

export const usage = (service: string): string =>
  `Brings the database of ${service} up to this release.

  --shared    the shared schema: before a release, once
  --tenants   every tenant's schema, one transaction each; broken off or failed, run it again: it takes what is left
  --json      one JSON object a line instead of words
  --help      this

Both may be given: the shared schema goes first. Settings: NEXUS_PROVISIONER_DATABASE_URL (the login
${service}_provisioner, straight to PostgreSQL), NEXUS_MIGRATE_WAIT_MS (how long a database that is away is
waited for, 60000).

Exit code: 0 done · 1 something failed or it was told to stop · 2 it was called wrongly.
`;

/** A call that makes no sense; the message says what is wrong with it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function readArguments(args: readonly string[]): MigrateArguments {
  const flag = { type: 'boolean', default: false } as const;
  const options = { shared: flag, tenants: flag, json: flag, help: flag };
  const { values } = parsed(() => parseArgs({ args: [...args], options, strict: true, allowPositionals: false }));
  if (!values.help && !values.shared && !values.tenants)
    throw new UsageError('nothing to do: --shared, --tenants or both');
  return values;
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
