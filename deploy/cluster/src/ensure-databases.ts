/**
 * The database and the two logins of each service, as the laptop has them; may be run again at any time:
 * `kubectl --namespace nexus get secrets --output yaml | NEXUS_SUPERUSER_URL=postgresql://… node deploy/cluster/src/ensure-databases.ts`
 */
import { text } from 'node:stream/consumers';
import { SERVICES } from '@nexus/contracts';
import { ensureServiceDatabases, serviceDatabaseNames } from '@nexus/local/databases';
import pg from 'pg';
import { z } from 'zod';
import { readSecrets } from './read-secrets.ts';

const { NEXUS_SUPERUSER_URL: url } = z.object({ NEXUS_SUPERUSER_URL: z.url() }).parse(process.env);
const secret = readSecrets(await text(process.stdin));
const passwords = SERVICES.flatMap((service) => {
  const { serviceLogin, provisionerLogin } = serviceDatabaseNames(service);
  const of = (key: string) => secret(`nexus-${service}`, key);
  return [
    [serviceLogin, of('database-password')],
    [provisionerLogin, of('provisioner-password')],
  ];
});
await ensureServiceDatabases(url, SERVICES, Object.fromEntries(passwords) as Record<string, string>);
await letReplicasIn(url);
console.log(`databases and logins of ${SERVICES.join(', ')} are there`);

/**
 * Nobody but those two logins may connect to anything by then. A CloudNativePG replica that rejoins after a failover has
 * to be let into `postgres` all the same.
 */
async function letReplicasIn(superuserUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = 'streaming_replica'");
    if (rowCount === 1) await client.query('GRANT CONNECT ON DATABASE postgres TO streaming_replica');
  } finally {
    await client.end();
  }
}
