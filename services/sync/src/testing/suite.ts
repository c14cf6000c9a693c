import type { TerminalFacts } from '@nexus/contracts';
import { messagingSharedMigrations, messagingTenantMigrations, openNats, type NatsLink } from '@nexus/messaging';
import { createLogger } from '@nexus/telemetry';
import { connectTemporal } from '@nexus/temporal-kit';
import { createProvisioner, createTenancyDb, type Provisioner, type TenancyDb } from '@nexus/tenancy-db';
import {
  createTestDatabases,
  createTestTenant,
  startPgBouncer,
  type TestDatabases,
  type TestTenant,
} from '@nexus/testkit';
import { sharedMigrations, tenantMigrations } from '../../migrations/index.ts';
import type { SyncDeps } from '../deps.ts';
import type { ReplayNews } from '../replay/wake.ts';
import { TerminalKeys } from '../terminal/terminal-keys.ts';
import { saveTerminalFacts } from '../terminal/terminal.repository.ts';
import { Nudges } from '../till-view/nudges.ts';
import { TestTill } from './test-till.ts';

/** Sync on a real PostgreSQL, with a tenant; NATS is not there unless a suite gives its address. */
export interface SyncSuite {
  readonly databases: TestDatabases;
  readonly provisioner: Provisioner;
  readonly tenant: TestTenant;
  readonly deps: SyncDeps;
  readonly db: TenancyDb;
  readonly news: ReplayNews[];
  /** A till that identity has announced. */
  readonly till: (options?: { tenant?: TestTenant; branch?: string }) => Promise<TestTill>;
  readonly query: <R = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]) => Promise<R[]>;
  readonly close: () => Promise<void>;
}

export const factsOf = (till: TestTill, changes: Partial<TerminalFacts> = {}): TerminalFacts => ({
  id: till.terminal,
  index: 0,
  name: 'Till 1',
  branch: till.branch,
  legalEntity: till.branch,
  keyId: till.keyId,
  publicKey: till.publicKey,
  chain: till.chain,
  revokedAt: null,
  ...changes,
});

/** An address at which nothing listens. */
const NOWHERE = 'nats://127.0.0.1:1';

export async function createSyncSuite(
  options: {
    natsUrl?: string;
    temporal?: { address: string; namespace: string };
    /** By way of PgBouncer in transaction mode. */
    pooled?: boolean;
    graceMs?: number;
  } = {},
): Promise<SyncSuite> {
  const logger = createLogger({ service: 'sync', level: 'silent' });
  const databases = await createTestDatabases({ services: ['sync'] });
  const provisioner = createProvisioner({
    service: 'sync',
    url: databases.provisionerUrl('sync'),
    tenantMigrations: [...messagingTenantMigrations, ...tenantMigrations],
    sharedMigrations: [...messagingSharedMigrations, ...sharedMigrations],
  });
  await provisioner.migrateShared();
  const tenant = await createTestTenant(provisioner);
  const pooler = options.pooled === true ? await startPgBouncer(databases) : undefined;
  const db = createTenancyDb({ service: 'sync', url: (pooler ?? databases).url('sync') });
  const nats: NatsLink = openNats({ url: options.natsUrl ?? NOWHERE, name: 'sync-test', logger });
  const temporal = connectTemporal({
    address: options.temporal?.address ?? '127.0.0.1:1',
    namespace: options.temporal?.namespace ?? 'none',
    logger,
  });
  const news: ReplayNews[] = [];
  const deps: SyncDeps = {
    db,
    nats,
    keys: new TerminalKeys(db, nats),
    temporal,
    replay: { note: (n) => void news.push(n), start: () => undefined, stop: () => undefined },
    nudges: new Nudges(nats, logger),
    logger,
    now: Date.now,
    graceMs: options.graceMs ?? 60_000,
    wakeEntries: 1_000,
  };
  return {
    databases,
    provisioner,
    tenant,
    deps,
    db,
    news,
    till: async ({ tenant: of = tenant, branch } = {}) => {
      const till = new TestTill(branch);
      await deps.keys.remember(of.tenantId, factsOf(till));
      await db.tx(of, (tx) => saveTerminalFacts(tx, factsOf(till)));
      return till;
    },
    query: (sql, parameters) => db.tx(tenant, (tx) => tx.query(sql, parameters)),
    close: async () => {
      await nats.close();
      await temporal.close();
      await db.close();
      await pooler?.stop();
      await provisioner.close();
      await databases.drop();
    },
  };
}
