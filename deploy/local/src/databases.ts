import type pg from 'pg';
import { ensureDatabase, ensureLoginRole, withConnection } from './engines/sql.ts';

export interface ServiceDatabaseOptions {
  /** Keeps several platforms in one cluster apart: every role and database name begins with it. */
  prefix?: string;
}

/** The database of a service and its two logins. */
export interface ServiceDatabaseNames {
  database: string;
  /** Requests and activities: owns nothing, inherits nothing, becomes a tenant's role for each transaction. */
  serviceLogin: string;
  /** Migrations and new tenants: owns the database and may create roles. */
  provisionerLogin: string;
}

export function serviceDatabaseNames(service: string, prefix = ''): ServiceDatabaseNames {
  return {
    database: `${prefix}nexus_${service}`,
    serviceLogin: `${prefix}${service}_service`,
    provisionerLogin: `${prefix}${service}_provisioner`,
  };
}

/**
 * Makes each service's database and logins, or brings them up to date. `passwords` is by login name. Nobody but the two
 * logins may even connect: rights that PostgreSQL gives to everybody are taken away.
 */
export async function ensureServiceDatabases(
  superuserUrl: string,
  services: readonly string[],
  passwords: Readonly<Record<string, string>>,
  { prefix = '' }: ServiceDatabaseOptions = {},
): Promise<void> {
  await withConnection(superuserUrl, async (client) => {
    // Two launchers changing the same catalogue rows at once would make one of them fail.
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', ['nexus: service databases']);
    await closeSharedDatabases(client);
    for (const service of services)
      await ensureOne(client, superuserUrl, serviceDatabaseNames(service, prefix), passwords);
  });
}

async function ensureOne(
  client: pg.Client,
  superuserUrl: string,
  names: ServiceDatabaseNames,
  passwords: Readonly<Record<string, string>>,
): Promise<void> {
  const { database, serviceLogin, provisionerLogin } = names;
  await ensureLoginRole(client, provisionerLogin, passwordOf(passwords, provisionerLogin), 'CREATEROLE');
  await ensureLoginRole(
    client,
    serviceLogin,
    passwordOf(passwords, serviceLogin),
    'NOINHERIT NOCREATEDB NOCREATEROLE NOSUPERUSER',
  );
  await ensureDatabase(client, database, provisionerLogin);
  await client.query(`GRANT CONNECT ON DATABASE "${database}" TO "${serviceLogin}"`);
  const inside = new URL(superuserUrl);
  inside.pathname = `/${database}`;
  await withConnection(inside.href, (own) => own.query('REVOKE ALL ON SCHEMA public FROM PUBLIC'));
}

/** No login of a service has business in the databases that every cluster is born with. */
async function closeSharedDatabases(client: pg.Client): Promise<void> {
  for (const database of ['postgres', 'template1']) {
    await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  }
}

function passwordOf(passwords: Readonly<Record<string, string>>, login: string): string {
  const password = passwords[login];
  if (password === undefined) throw new Error(`no password was given for the login ${login}`);
  return password;
}
