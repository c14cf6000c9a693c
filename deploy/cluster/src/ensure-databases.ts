/**
 * The database and the two logins of each service, as the laptop has them; may be run again at any time:
 * `kubectl --namespace nexus get secrets --output json | NEXUS_SUPERUSER_URL=postgresql://… node deploy/cluster/src/ensure-databases.ts`
 */
import { text } from 'node:stream/consumers';
import { SERVICES } from '@nexus/contracts';
import { ensureServiceDatabases, serviceDatabaseNames } from '@nexus/local/databases';
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
console.log(`databases and logins of ${SERVICES.join(', ')} are there`);
