import { createLogger } from '@nexus/telemetry';
import { readConfig, startStandardService, type Kit } from '@nexus/service-kit';
import { createTestDatabases, getEngines, startTestNats, type TestDatabases } from '@nexus/testkit';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IdentityConfig } from '../config.ts';
import type { IdentityDeps } from '../deps.ts';
import { createProvisioningActivities } from '../provisioning/provisioning-activities.ts';
import { spec } from '../service.ts';
import { reserveTenant, type SignUp } from '../tenant/reserve-tenant.ts';
import { PASSWORD, removeFromKeycloak, signIn, uniqueEmail, uniqueSlug } from './people.ts';

export interface Answered<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
}
export interface Call {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
export interface TestChain {
  readonly tenantId: string;
  readonly slug: string;
  readonly ownerEmail: string;
}

/** Identity as it runs, on PostgreSQL, NATS and Keycloak; Temporal where the suite names one. */
export interface IdentityFixture {
  readonly url: string;
  readonly natsUrl: string;
  readonly deps: IdentityDeps;
  readonly databases: TestDatabases;
  call<T = Record<string, unknown>>(method: string, path: string, call?: Call): Promise<Answered<T>>;
  /** A chain made by the provisioning's own activities, one after the other, without a workflow. */
  chain(name: string, ownerEmail?: string): Promise<TestChain>;
  /** A Nexus token of somebody in a chain. */
  token(email: string, slug: string): Promise<string>;
  operatorToken(): Promise<string>;
  /** Remembers what to remove from Keycloak at the end. */
  remember(thing: { readonly alias?: string; readonly email?: string }): void;
  stop(): Promise<void>;
}

export interface FixtureOptions {
  readonly temporal?: { readonly address: string; readonly namespace: string };
  readonly services?: TestDatabases['services'];
  /** In place of Temporal; nothing is started where neither is given. */
  readonly startProvisioning?: IdentityDeps['startProvisioning'];
  readonly environment?: Record<string, string>;
}

const NO_TEMPORAL = { address: '127.0.0.1:1', namespace: 'none' };

export async function startIdentity(options: FixtureOptions = {}): Promise<IdentityFixture> {
  const databases = await createTestDatabases({ services: options.services ?? ['identity'] });
  const nats = await startTestNats();
  const folder = await mkdtemp(join(tmpdir(), 'nexus-identity-'));
  const stopping = new AbortController();
  const aliases: string[] = [];
  const emails: string[] = [];
  let kit: Kit<IdentityConfig> | undefined;
  let deps: IdentityDeps | undefined;
  const running = await startStandardService(
    {
      ...spec,
      deps: async (given) => {
        kit = given;
        const made = await spec.deps(given);
        const startProvisioning = options.startProvisioning ?? (() => Promise.resolve());
        deps = options.temporal === undefined ? { ...made, startProvisioning } : made;
        return deps;
      },
    },
    {
      name: 'identity',
      config: readConfig(spec, environmentOf(databases, nats.url, folder, options)),
      logger: createLogger({ service: 'identity', level: 'silent' }),
      version: 'test',
      stopping: stopping.signal,
    },
  );
  const url = running.url ?? '';
  if (kit === undefined || deps === undefined) throw new Error('identity started without its parts');
  const { provisioner } = kit;
  const own = deps;

  const send = async (
    method: string,
    path: string,
    { token, body, headers }: Call = {},
  ): Promise<Answered<unknown>> => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
  };
  const call = send as IdentityFixture['call'];
  const exchanged = async (keycloakToken: string): Promise<string> => {
    const { status, body } = await call<{ accessToken: string }>('POST', '/token', { token: keycloakToken });
    if (status !== 200) throw new Error(`POST /token answered ${status}: ${JSON.stringify(body)}`);
    return body.accessToken;
  };

  return {
    url,
    natsUrl: nats.url,
    deps: own,
    databases,
    call,
    remember: ({ alias, email }) => {
      if (alias !== undefined) aliases.push(alias);
      if (email !== undefined) emails.push(email);
    },
    chain: async (name, ownerEmail = uniqueEmail('owner')) => {
      const slug = uniqueSlug(name);
      aliases.push(slug);
      emails.push(ownerEmail);
      const signUp: SignUp = { name, slug, ownerEmail, ownerName: 'Ama Mensah', currency: 'GHS', country: 'GH' };
      const input = await reserveTenant(own, signUp);
      const activities = createProvisioningActivities(own);
      await activities.beginProvisioning(input);
      await activities.createOrganization(input);
      await activities.createOwner(input);
      await provisioner.createTenant(input.tenantId, input.provisioningId);
      await activities.writeDefaults(input);
      await activities.markTenantReady(input);
      return { tenantId: input.tenantId, slug, ownerEmail };
    },
    token: async (email, slug) => exchanged(await signIn(email, `openid organization:${slug}`)),
    operatorToken: async () => {
      const { username, password, organizationAlias } = getEngines().keycloak.operator;
      return exchanged(await signIn(username, `openid organization:${organizationAlias}`, password));
    },
    stop: async () => {
      stopping.abort();
      await running.stop();
      await removeFromKeycloak(aliases, emails);
      await nats.stop();
      await databases.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function environmentOf(databases: TestDatabases, natsUrl: string, folder: string, options: FixtureOptions) {
  const { keycloak } = getEngines();
  const temporal = options.temporal ?? NO_TEMPORAL;
  return {
    NEXUS_HTTP_PORT: '0',
    NEXUS_DATABASE_URL: databases.url('identity'),
    NEXUS_PROVISIONER_DATABASE_URL: databases.provisionerUrl('identity'),
    NEXUS_NATS_URL: natsUrl,
    NEXUS_TEMPORAL_ADDRESS: temporal.address,
    NEXUS_TEMPORAL_NAMESPACE: temporal.namespace,
    NEXUS_KEYCLOAK_URL: keycloak.url,
    NEXUS_KEYCLOAK_TIMEOUT_MS: '60000',
    NEXUS_KEYCLOAK_REALM: keycloak.realm,
    NEXUS_KEYCLOAK_ISSUER: keycloak.issuer,
    NEXUS_KEYCLOAK_CLIENT_ID: keycloak.identityClientId,
    NEXUS_KEYCLOAK_CLIENT_SECRET: keycloak.identityClientSecret,
    NEXUS_PLATFORM_ORGANIZATION_ID: keycloak.operator.organizationId,
    NEXUS_TOKEN_KEY_FILE: join(folder, 'token-keys.json'),
    NEXUS_INITIAL_PASSWORD: PASSWORD,
    ...options.environment,
  };
}
