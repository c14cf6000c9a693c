import type { ServiceName } from '@nexus/contracts';
import { quoted, withSuperuser, type Sql } from './superuser.ts';

/** Makes each service's database and two logins. Idempotent. `passwords` by login name. */
export function ensureServiceDatabases(
  superuserUrl: string,
  services: readonly ServiceName[],
  passwords: Readonly<Record<string, string>>,
  options: { readonly prefix?: string } = {},
): Promise<void> {
  const prefix = options.prefix ?? '';
  return withSuperuser(superuserUrl, async (sql) => {
    for (const service of services) {
      const provisioner = `${prefix}${service}_provisioner`;
      const login = `${prefix}${service}_service`;
      const database = `${prefix}nexus_${service}`;
      await ensureLogin(sql, provisioner, 'LOGIN CREATEROLE', passwords[provisioner]);
      await ensureLogin(sql, login, 'LOGIN NOINHERIT', passwords[login]);
      const found = await sql('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
      if (found.length === 0) await sql(`CREATE DATABASE ${quoted(database)} OWNER ${quoted(provisioner)}`);
      await sql(`REVOKE ALL ON DATABASE ${quoted(database)} FROM PUBLIC`);
      await sql(`GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(login)}`);
      const inside = new URL(superuserUrl);
      inside.pathname = `/${database}`;
      await withSuperuser(inside.href, (own) => own('REVOKE ALL ON SCHEMA public FROM PUBLIC'));
    }
  });
}

async function ensureLogin(sql: Sql, name: string, attributes: string, password: string | undefined): Promise<void> {
  if (password === undefined) throw new Error(`no password for the login ${name}`);
  const found = await sql('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  const verb = found.length === 0 ? 'CREATE' : 'ALTER';
  await sql(`${verb} ROLE ${quoted(name)} ${attributes} PASSWORD '${password.replaceAll("'", "''")}'`);
}
