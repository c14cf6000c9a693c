import { join } from 'node:path';
import { SERVICES, type ServiceName } from '@nexus/contracts';
import { serviceDatabaseNames } from './databases.ts';
import { postgresUrl, type PostgresAddress } from './engines/context.ts';
import type { Secrets } from './engines/secrets.ts';
import type { EnginesState } from './engines/state.ts';

/** What the environment of the platform's processes is made from. */
export interface ServiceSurroundings {
  engines: EnginesState;
  /** Where services find PostgreSQL when PgBouncer stands between; provisioners go straight to it in any case. */
  pooler: PostgresAddress | undefined;
  /** Passwords of the logins that this launcher makes. */
  secrets: Secrets;
  stateDir: string;
  logLevel: string;
  otlpUrl: string | undefined;
}

type Environment = Record<string, string>;

/** Passwords by login name, for `ensureServiceDatabases`. */
export function servicePasswords(secrets: Secrets): Record<string, string> {
  const logins = SERVICES.flatMap((service) => {
    const { serviceLogin, provisionerLogin } = serviceDatabaseNames(service);
    return [serviceLogin, provisionerLogin];
  });
  return Object.fromEntries(logins.map((login) => [login, secrets.get(`postgres.${login}`)]));
}

/** What every process of the platform is told. */
export function commonEnvironment({ engines, pooler, logLevel, otlpUrl }: ServiceSurroundings): Environment {
  return {
    // A prepared statement belongs to a connection, and a pooler in transaction mode gives each transaction another one.
    NEXUS_DATABASE_NAMED_STATEMENTS: String(pooler === undefined),
    // The edge, and nobody else on this machine: it replaces what a client says of its own address.
    NEXUS_HTTP_TRUST_PROXY: '127.0.0.1',
    NEXUS_NATS_URL: engines.nats.url,
    NEXUS_TEMPORAL_ADDRESS: engines.temporal.address,
    NEXUS_TEMPORAL_NAMESPACE: engines.temporal.namespace,
    NEXUS_LOG_LEVEL: logLevel,
    ...(otlpUrl === undefined ? {} : { NEXUS_OTLP_URL: otlpUrl }),
  };
}

/** What only one service is told: its port, its database, and for identity its keys to Keycloak. */
export function ownEnvironment(around: ServiceSurroundings, service: ServiceName, port: number): Environment {
  const { database, serviceLogin, provisionerLogin } = serviceDatabaseNames(service);
  const passwords = servicePasswords(around.secrets);
  const { postgres } = around.engines;
  const url = (address: PostgresAddress, login: string) =>
    postgresUrl(address, login, passwords[login] ?? '', database);
  return {
    NEXUS_HTTP_PORT: String(port),
    NEXUS_DATABASE_URL: url(around.pooler ?? postgres, serviceLogin),
    NEXUS_PROVISIONER_DATABASE_URL: url(postgres, provisionerLogin),
  };
}

export function initialPassword(secrets: Secrets): string {
  return secrets.get('identity.initial');
}

export function identityEnvironment({ engines, stateDir, secrets }: ServiceSurroundings): Environment {
  const { keycloak } = engines;
  return {
    NEXUS_KEYCLOAK_URL: keycloak.url,
    NEXUS_KEYCLOAK_REALM: keycloak.realm,
    NEXUS_KEYCLOAK_ISSUER: keycloak.issuer,
    NEXUS_KEYCLOAK_CLIENT_ID: keycloak.identityClientId,
    NEXUS_KEYCLOAK_CLIENT_SECRET: keycloak.identityClientSecret,
    NEXUS_PLATFORM_ORGANIZATION_ID: keycloak.operator.organizationId,
    // New people of this laptop's chains sign in with it; elsewhere they prove their address and choose their own.
    NEXUS_INITIAL_PASSWORD: initialPassword(secrets),
    NEXUS_TOKEN_KEY_FILE: join(stateDir, 'identity-token-key.json'),
  };
}

/** `NEXUS_HTTP_PORT` → `NEXUS_SALES_HTTP_PORT`: in one process each service still has its own. */
export function prefixed(service: string, environment: Environment): Environment {
  const prefix = `NEXUS_${service.toUpperCase().replaceAll('-', '_')}_`;
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name.replace(/^NEXUS_/, prefix), value]),
  );
}
