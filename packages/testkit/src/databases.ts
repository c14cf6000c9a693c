import { randomBytes } from 'node:crypto';
import type { ServiceName } from '@nexus/contracts';
import { ensureServiceDatabases, serviceDatabaseNames } from '@nexus/local/databases';
import { getEngines } from './engines.ts';
import { quoted, withSuperuser } from './superuser.ts';

/** Databases and logins of a suite's own in the running PostgreSQL, told apart by `prefix`. */
export interface TestDatabases {
  /** `x_{8 hex}_`, in front of every database, login and role. */
  readonly prefix: string;
  readonly services: readonly ServiceName[];
  /** URL of the login that requests and activities use. */
  readonly url: (service: ServiceName) => string;
  /** URL of the login that migrates and makes tenants. */
  readonly provisionerUrl: (service: ServiceName) => string;
  /** URL of the superuser into a service's database: for looking behind the scenes and for breaking things. */
  readonly superuserUrl: (service: ServiceName) => string;
  /** Every login with its password, in the order they were made: what a pooler in front must know. */
  readonly logins: readonly Login[];
  /** Removes databases, logins and the roles of tenants; open connections are ended. */
  readonly drop: () => Promise<void>;
}
export interface Login {
  readonly name: string;
  readonly password: string;
}

/** The password of every login in a test's cluster, which listens on 127.0.0.1 alone. */
const PASSWORD = 'only-for-tests';

export async function createTestDatabases(options: {
  readonly services: readonly ServiceName[];
}): Promise<TestDatabases> {
  const { services } = options;
  const superuser = getEngines().postgres.superuserUrl;
  const prefix = `x_${randomBytes(4).toString('hex')}_`;
  const namesOf = (service: ServiceName) => serviceDatabaseNames(service, prefix);
  const names = services.map(namesOf).flatMap(({ provisionerLogin, serviceLogin }) => [provisionerLogin, serviceLogin]);
  const passwords = Object.fromEntries(names.map((name) => [name, PASSWORD]));
  await ensureServiceDatabases(superuser, services, passwords, { prefix });
  const as = (service: ServiceName, login?: string): string => {
    if (!services.includes(service)) throw new Error(`this suite asked for no database of ${service}`);
    const url = new URL(superuser);
    url.pathname = `/${namesOf(service).database}`;
    if (login !== undefined) Object.assign(url, { username: login, password: PASSWORD });
    return url.href;
  };
  return {
    prefix,
    services,
    logins: names.map((name) => ({ name, password: PASSWORD })),
    url: (service) => as(service, namesOf(service).serviceLogin),
    provisionerUrl: (service) => as(service, namesOf(service).provisionerLogin),
    superuserUrl: (service) => as(service),
    drop: () => drop(superuser, prefix),
  };
}

/** By name and not by what was made: a suite that failed half-way is cleaned up as well. */
function drop(superuser: string, prefix: string): Promise<void> {
  return withSuperuser(superuser, async (sql) => {
    const databases = await sql<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    );
    for (const { name } of databases) await sql(`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`);
    const roles = await sql<{ name: string }>('SELECT rolname AS name FROM pg_roles WHERE starts_with(rolname, $1)', [
      prefix,
    ]);
    // All at once: each may be member or grantor of another.
    if (roles.length > 0) await sql(`DROP ROLE ${roles.map(({ name }) => quoted(name)).join(', ')}`);
  });
}
