import { sign, generateKeyPairSync } from 'node:crypto';
import {
  PERMISSIONS,
  rpcSubject,
  securityState,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  type ServiceName,
} from '@nexus/contracts';
import { connect } from '@nats-io/transport-node';
import type { z } from 'zod';
import { createTestDatabases, type TestDatabases } from '../databases.ts';
import { startTestNats } from '../nats.ts';
import { createTestTenant, type TenantProvisioner } from '../tenant.ts';

export type SecurityState = z.output<typeof securityState.reply>;

/** A service's definition, as much of it as is needed to run it. `L` is its logger. */
export interface ServiceUnderTest<C, L> {
  readonly name: string;
  readonly config: { parse(settings: unknown): C };
  start(runtime: {
    name: string;
    config: C;
    logger: L;
    version: string;
    stopping: AbortSignal;
  }): Promise<{ readonly url?: string; stop(): Promise<void> }>;
  /** Makes tenants with the service's own migrations. */
  createProvisioner(url: string): TenantProvisioner & { close(): Promise<void> };
}

/** A service that runs as it always does, with one tenant and a token that may do everything. */
export interface RunningUnderTest {
  readonly url: string;
  readonly databases: TestDatabases;
  readonly token: string;
  stop(): Promise<void>;
}

/** Starts a service on databases and NATS of its own; Temporal is away. Keys are answered as identity answers them. */
export async function runUnderTest<C, L>(
  definition: (state: () => Promise<SecurityState>) => ServiceUnderTest<C, L>,
  name: ServiceName,
  logger: L,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningUnderTest> {
  const databases = await createTestDatabases({ services: [name] });
  const nats = await startTestNats();
  const keys = tokenKeys();
  const service = definition(() => Promise.resolve(keys.state));
  const link = await connect({ servers: nats.url });
  const subject = rpcSubject('identity', null, securityState.name);
  if (name !== 'identity')
    link.subscribe(subject, {
      callback: (_error, message) => void message.respond(JSON.stringify({ ok: keys.state })),
    });
  const stopping = new AbortController();
  const running = await service.start({
    name,
    logger,
    version: 'test',
    stopping: stopping.signal,
    config: service.config.parse({
      databaseUrl: databases.url(name),
      provisionerDatabaseUrl: databases.provisionerUrl(name),
      natsUrl: nats.url,
      temporalAddress: '127.0.0.1:1',
      httpPort: '0',
      ...settings,
    }),
  });
  const provisioner = service.createProvisioner(databases.provisionerUrl(name));
  const tenant = await createTestTenant(provisioner);
  await provisioner.close();
  return {
    url: running.url ?? '',
    databases,
    token: keys.token(tenant.tenantId),
    async stop() {
      stopping.abort();
      await running.stop();
      await link.close();
      await nats.stop();
      await databases.drop();
    },
  };
}

/** A signing key like identity's, and tokens by it that may do everything in one tenant and above. */
function tokenKeys(): { readonly state: SecurityState; token(tenantId: string): string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' };
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    state: { keys: [jwk], revocations: [] },
    token: (tenantId) => {
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: TOKEN_ISSUER,
        aud: TOKEN_AUDIENCE,
        iat: now,
        exp: now + 3_600,
        jti: 'bad-input',
        sub: '01890000-0000-7000-8000-0000000000aa',
        typ: 'person',
        ten: tenantId,
        perms: PERMISSIONS,
      };
      const content = `${encoded({ alg: 'ES256', kid: 'k1' })}.${encoded(claims)}`;
      const signature = sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${content}.${signature.toString('base64url')}`;
    },
  };
}
