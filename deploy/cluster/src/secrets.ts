import { randomBytes } from 'node:crypto';
import { SERVICES } from '@nexus/contracts';
import { serviceDatabaseNames } from '@nexus/local/databases';

export const NEXUS = 'nexus';
export const ENGINES = 'nexus-engines';
/** Where Keycloak's operator is, which looks after its own namespace alone. */
export const KEYCLOAK = 'keycloak';

export interface Secret {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly type: 'Opaque' | 'kubernetes.io/basic-auth';
  readonly stringData: Readonly<Record<string, string>>;
}

/** Safe in an address; a letter first, as NATS would take what begins with a digit for a number. */
const newPassword = (): string => `n${randomBytes(24).toString('hex')}`;

const secret = (
  namespace: string,
  name: string,
  stringData: Record<string, string>,
  type: Secret['type'] = 'Opaque',
): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  type,
  stringData,
});

const login = (namespace: string, name: string, username: string, password: string): Secret =>
  secret(namespace, name, { username, password }, 'kubernetes.io/basic-auth');

/**
 * Every Secret of a platform, with passwords made now: those of the engines, and for each process the same ones under the
 * keys that the chart reads (`secrets.mode: existing`). `tokenKeys` is the file of keys that identity signs with.
 */
export function newSecrets(tokenKeys: string, otlpUrl: string | undefined): Secret[] {
  const nats = newPassword();
  const keycloakClient = newPassword();
  const keycloakDatabase = newPassword();
  const logins = new Map(SERVICES.map((service) => [service, { database: newPassword(), provisioner: newPassword() }]));
  const traces = otlpUrl === undefined ? {} : { 'otlp-url': otlpUrl };
  const users = [...logins].map(
    ([service, { database }]) => `"${serviceDatabaseNames(service).serviceLogin}" "${database}"\n`,
  );
  return [
    login(ENGINES, 'nexus-postgres-superuser', 'postgres', newPassword()),
    login(ENGINES, 'temporal-postgres', 'temporal', newPassword()),
    // Whoever makes the login and whoever uses it read it in their own namespaces.
    ...[ENGINES, KEYCLOAK].map((namespace) => login(namespace, 'keycloak-postgres', 'keycloak', keycloakDatabase)),
    login(KEYCLOAK, 'keycloak-admin', 'admin', newPassword()),
    secret(ENGINES, 'nats-auth', { password: nats }),
    ...[...logins].map(([service, { database, provisioner }]) =>
      secret(NEXUS, `nexus-${service}`, {
        'database-password': database,
        'provisioner-password': provisioner,
        'nats-password': nats,
        ...(service === 'identity' ? { 'keycloak-client-secret': keycloakClient } : {}),
        ...traces,
      }),
    ),
    secret(NEXUS, 'nexus-workflows', { 'nats-password': nats, ...traces }),
    secret(NEXUS, 'nexus-pgbouncer', { 'userlist.txt': users.join('') }),
    secret(NEXUS, 'nexus-token-keys', { 'token-keys.json': tokenKeys }),
    secret(NEXUS, 'nexus-operator', { username: 'operator', password: newPassword() }),
  ];
}
