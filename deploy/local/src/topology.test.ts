import { describe, expect, test } from '@jest/globals';
import { SERVICES } from '@nexus/contracts';
import { Secrets } from './engines/secrets.ts';
import type { EnginesState } from './engines/state.ts';
import { temporaryDir } from './test-support/temporary-dir.ts';
import { platformTopology, type PlatformPorts } from './topology.ts';

const POSTGRES_PORT = 20_001;
const POOLER_PORT = 20_002;

const engines: EnginesState = {
  version: 1,
  edgeOrigin: 'http://127.0.0.1:8080',
  postgres: {
    host: '127.0.0.1',
    port: POSTGRES_PORT,
    superuserUrl: `postgresql://postgres@127.0.0.1:${POSTGRES_PORT}`,
  },
  nats: { url: 'nats://127.0.0.1:20003' },
  temporal: { address: '127.0.0.1:20004', namespace: 'nexus' },
  keycloak: {
    url: 'http://127.0.0.1:20005/auth',
    issuer: 'http://127.0.0.1:8080/auth/realms/nexus',
    realm: 'nexus',
    adminUrl: 'http://127.0.0.1:20005/auth/admin',
    adminUser: 'admin',
    adminPassword: 'x',
    identityClientId: 'nexus-identity',
    identityClientSecret: 'x',
    operator: { username: 'o', password: 'x', organizationAlias: 'platform', organizationId: crypto.randomUUID() },
  },
  pgbouncer: { host: '127.0.0.1', port: POOLER_PORT },
  processes: [],
};
const ports = Object.fromEntries(
  [...SERVICES, 'workflows', 'edge'].map((name, index) => [name, 21_000 + index]),
) as PlatformPorts;

/** Environment of each process: its URLs by login, and whether its statements may be named. */
async function environments(split: boolean, pooled: boolean): Promise<Record<string, string>[]> {
  using dir = temporaryDir();
  const specs = platformTopology({
    ...{ split, ports, engines, stateDir: dir.path, secrets: new Secrets(dir.path) },
    ...{ staticDir: undefined, logLevel: 'info', otlpUrl: undefined },
    pooler: pooled ? engines.pgbouncer : undefined,
  });
  return await Promise.all(specs.map(async (spec) => (await spec.prepare()).env));
}

describe.each([
  ['in one process', false],
  ['each in a process of its own', true],
])('services %s', (_how, split) => {
  test.each([
    ['straight to PostgreSQL, with named statements', false],
    ['by way of the pooler, without named statements', true],
  ])('go %s; provisioners always straight', async (_way, pooled) => {
    const found = (await environments(split, pooled)).flatMap((env) => Object.entries(env));
    const portsOf = (pattern: RegExp): number[] =>
      found.filter(([name]) => pattern.test(name)).map(([, value]) => Number(new URL(value).port));
    const everyService = (port: number): number[] => SERVICES.map(() => port);
    expect(portsOf(/PROVISIONER_DATABASE_URL$/)).toEqual(everyService(POSTGRES_PORT));
    expect(portsOf(/(?<!PROVISIONER)_DATABASE_URL$/)).toEqual(everyService(pooled ? POOLER_PORT : POSTGRES_PORT));
    const named = found.filter(([name]) => name.endsWith('DATABASE_NAMED_STATEMENTS')).map(([, value]) => value);
    expect(named.length).toBe(split ? SERVICES.length + 1 : 1);
    expect(new Set(named)).toEqual(new Set([String(!pooled)]));
  });
});
