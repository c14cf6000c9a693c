/**
 * Keycloak's realm with its clients and the first platform operator; may be run again at any time:
 * `… | NEXUS_KEYCLOAK_URL=http://127.0.0.1:18080/auth NEXUS_EDGE_ORIGIN=https://… node deploy/cluster/src/ensure-realm.ts`
 */
import { text } from 'node:stream/consumers';
import { ensureRealm } from '@nexus/local/realm';
import { z } from 'zod';
import { readSecrets } from './read-secrets.ts';

const settings = z.object({ NEXUS_KEYCLOAK_URL: z.url(), NEXUS_EDGE_ORIGIN: z.url() }).parse(process.env);
const secret = readSecrets(await text(process.stdin));
const [url, adminUser, adminPassword] = [
  settings.NEXUS_KEYCLOAK_URL,
  secret('keycloak-admin', 'username'),
  secret('keycloak-admin', 'password'),
];
await ensureRealm({
  url,
  adminUser,
  adminPassword,
  edgeOrigin: settings.NEXUS_EDGE_ORIGIN,
  identityClientSecret: secret('nexus-identity', 'keycloak-client-secret'),
  operatorPassword: secret('nexus-operator', 'password'),
  sslRequired: 'external',
});
console.log(`the realm is there; people sign in at ${settings.NEXUS_EDGE_ORIGIN}`);
