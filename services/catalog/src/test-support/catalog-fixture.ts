import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { legalEntityChanged, NexusError, type AccessTokenClaims, type Permission } from '@nexus/contracts';
import {
  createEventRelay,
  eventLogRpc,
  messagingSharedMigrations,
  messagingTenantMigrations,
  openNats,
  RpcServer,
  type NatsLink,
} from '@nexus/messaging';
import { createApp } from '@nexus/service-kit';
import { createLogger } from '@nexus/telemetry';
import { createProvisioner, createTenancyDb, type Provisioner, type TenantTx } from '@nexus/tenancy-db';
import { createTestDatabases, createTestTenant, startTestNats, type TestTenant } from '@nexus/testkit';
import { sharedMigrations, tenantMigrations } from '../../migrations/index.ts';
import type { CatalogDeps } from '../deps.ts';
import { entities } from '../entities.ts';
import { BarcodeCache } from '../product/barcode-cache.ts';
import { forgetOnEvents } from '../product/forget-on-events.ts';
import { routes } from '../routes.ts';
import { subscribers } from '../subscribers.ts';

const logger = createLogger({ service: 'catalog', level: 'silent' });
const PERMISSIONS: Permission[] = ['catalog:read', 'catalog:manage'];

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Catalog on a real PostgreSQL and NATS, behind its own routes; tokens are the claims themselves. */
export interface CatalogFixture {
  readonly deps: CatalogDeps;
  readonly url: string;
  readonly provisioner: Provisioner;
  tenant(country?: string, currency?: string): Promise<TestTenant>;
  /** A tenant whose legal entity has not been heard of. */
  bareTenant(): Promise<TestTenant>;
  call(tenant: TestTenant, method: string, path: string, body?: unknown, perms?: Permission[]): Promise<Answered>;
  csv(tenant: TestTenant, text: string): Promise<Answered>;
  query<R>(tenant: TestTenant, sql: string): Promise<R[]>;
  stop(): Promise<void>;
}

export async function startCatalog(): Promise<CatalogFixture> {
  const databases = await createTestDatabases({ services: ['catalog'] });
  const nats = await startTestNats();
  const provisioner = createProvisioner({
    service: 'catalog',
    url: databases.provisionerUrl('catalog'),
    tenantMigrations: [...messagingTenantMigrations, ...tenantMigrations],
    sharedMigrations: [...messagingSharedMigrations, ...sharedMigrations],
  });
  await provisioner.migrateShared();
  const db = createTenancyDb({ service: 'catalog', url: databases.url('catalog'), entities });
  const link: NatsLink = openNats({ url: nats.url, name: 'catalog-test', logger });
  const cache = new BarcodeCache({ maxTenants: 10, maxBytesOfTenant: 1_000_000, lifeMs: 60_000 });
  const deps: CatalogDeps = { db, nats: link, cache, logger };
  const relay = createEventRelay({ db, nats: link, logger });
  const rpc = new RpcServer(link, logger);
  const forgetting = forgetOnEvents(link, cache);
  relay.start();
  forgetting.start();
  rpc.serve(eventLogRpc(db, (tenantId) => relay.poke(tenantId)));
  const app = createApp({ service: 'catalog', routes: routes(deps), logger, verifier });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const send = async (tenant: TestTenant, perms: Permission[], path: string, init: RequestInit): Promise<Answered> => {
    const token = Buffer.from(JSON.stringify(claimsOf(tenant, perms))).toString('base64url');
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` };
    const response = await fetch(url + path, { ...init, headers });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };
  const bareTenant = () => createTestTenant(provisioner);

  return {
    deps,
    url,
    provisioner,
    bareTenant,
    tenant: async (country = 'GH', currency = 'GHS') => {
      const tenant = await bareTenant();
      await db.tx(tenant, (tx) => heardOf(db, tx, { country, currency }));
      return tenant;
    },
    call: (tenant, method, path, body, perms = PERMISSIONS) =>
      send(tenant, perms, path, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      }),
    csv: (tenant, text) =>
      send(tenant, PERMISSIONS, '/imports', { method: 'POST', body: text, headers: { 'content-type': 'text/csv' } }),
    query: (tenant, sql) => db.tx(tenant, (tx) => tx.query(sql)),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      forgetting.stop();
      await rpc.stop();
      await relay.stop();
      await link.close();
      await db.close();
      await provisioner.close();
      await nats.stop();
      await databases.drop();
    },
  };
}

/** Identity's event about the chain's legal entity, given to the subscriber as a consumer would. */
export async function heardOf(
  db: CatalogDeps['db'],
  tx: TenantTx,
  chain: { country: string; currency: string },
): Promise<void> {
  const handler = subscribers({ db }).find((one) => one.definition === legalEntityChanged);
  const id = '01930000-0000-7000-8000-00000000000e';
  const data = { id, name: 'Kente Stores Ltd', taxNumber: null, fiscalYearStart: '01-01', ...chain };
  const at = new Date().toISOString();
  const envelope = { id, tenant: tx.tenantId, service: 'identity', kind: 'legal-entity-changed', version: 1, epoch: 1 };
  await handler?.handle(tx, [{ ...envelope, position: 1, at, data }]);
}

const claimsOf = (tenant: TestTenant, perms: Permission[]): AccessTokenClaims => ({
  iss: 'nexus-identity',
  aud: 'nexus',
  iat: 0,
  exp: 2 ** 40,
  jti: 'test',
  sub: 'person',
  typ: 'person',
  ten: tenant.tenantId,
  perms,
});

/** The kit's own tests prove verification; here a token says plainly what it would have proved. */
const verifier = {
  verify: async (token: string): Promise<AccessTokenClaims> => {
    if (token === '') throw new NexusError('NX-2002');
    return JSON.parse(Buffer.from(token, 'base64url').toString()) as AccessTokenClaims;
  },
  stillValid: () => true,
};
