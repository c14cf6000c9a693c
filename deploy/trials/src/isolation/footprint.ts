import { SERVICES } from '@nexus/contracts';
import { waitFor } from '@nexus/testkit';
import { withAdmin } from '../database-copy.ts';
import type { TrialPlatform } from '../platform.ts';

/** Digest of everything that the platform's databases hold of a tenant: by `service schema.table`. */
export type Footprint = Readonly<Record<string, string>>;

type Sql = Parameters<Parameters<typeof withAdmin>[1]>[0];

/**
 * Every table of the tenant's own schemas, and of the shared ones the rows in which any of `ids` stands, whoever's row it
 * is: another tenant's row that names one is a reference that must not be made.
 */
export async function footprintOf(
  platform: TrialPlatform,
  tenantId: string,
  ids: readonly string[],
): Promise<Footprint> {
  const found: Record<string, string> = {};
  const own = tenantSchema(tenantId);
  for (const service of SERVICES) {
    await inDatabaseOf(platform, service, async (sql) => {
      for (const { schema, name } of await tables(sql, own)) {
        const only = schema === own ? 'true' : 't::text LIKE ANY($1)';
        const [row] = await rows<{ digest: string }>(
          sql,
          `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '') AS digest
           FROM ${schema}.${name} t WHERE ${only}`,
          schema === own ? [] : [[tenantId, ...ids].map((id) => `%${id}%`)],
        );
        found[`${service} ${schema === own ? 'own' : schema}.${name}`] = row?.digest ?? '';
      }
    });
  }
  return found;
}

/** The footprint once nothing is in flight any more: the same twice. */
export async function settledFootprint(
  platform: TrialPlatform,
  tenantId: string,
  ids: readonly string[],
): Promise<Footprint> {
  let last: Footprint = {};
  await waitFor(
    async () => {
      const now = await footprintOf(platform, tenantId, ids);
      const same = JSON.stringify(now) === JSON.stringify(last);
      last = now;
      return same;
    },
    { what: 'a tenant to be at rest', timeoutMs: 60_000 },
  );
  return last;
}

export const tenantSchema = (tenantId: string): string => `t_${tenantId.replaceAll('-', '')}`;

/** A superuser's eyes, in a service's database: the only ones that see every tenant. */
export async function inDatabaseOf<T>(
  platform: TrialPlatform,
  service: string,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const url = new URL(platform.engines.postgres.superuserUrl);
  url.pathname = new URL(platform.platform.services[service]?.databaseUrl ?? '').pathname;
  return withAdmin(url.href, work);
}

export async function rows<R>(sql: Sql, text: string, values: readonly unknown[] = []): Promise<R[]> {
  return ((await sql(text, values)) as { rows: R[] }).rows;
}

const tables = (sql: Sql, own: string): Promise<{ schema: string; name: string }[]> =>
  rows(
    sql,
    `SELECT n.nspname AS schema, quote_ident(c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ($1, 'nexus') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND c.relname NOT IN ('doorbell', 'recent_head') -- the relay's own notes: they come and go a moment after the rest
     ORDER BY 1, 2`,
    [own],
  );
