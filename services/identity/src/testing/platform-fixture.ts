import { NexusError, SERVICES, type ServiceName } from '@nexus/contracts';
import { messagingSharedMigrations, messagingTenantMigrations } from '@nexus/messaging';
import { createLogger } from '@nexus/telemetry';
import {
  createActivityWorker,
  createWorkflowWorker,
  installRuntime,
  tenancyActivities,
  WorkerConnection,
} from '@nexus/temporal-kit';
import { createProvisioner, type Provisioner } from '@nexus/tenancy-db';
import { realTemporalEnvironment, withSuperuser, type TestDatabases } from '@nexus/testkit';
import { join } from 'node:path';
import { startIdentity, type IdentityFixture } from './identity-fixture.ts';

const WORKFLOWS = join(import.meta.dirname, '../../../../workflows/src/provision-tenant/provision-tenant.workflow.ts');
const OTHERS = SERVICES.filter((service) => service !== 'identity');

/** Identity with everything that provisioning needs: Temporal, the workflow worker, and every service's schema activities. */
export interface PlatformFixture {
  readonly identity: IdentityFixture;
  /** Makes a service's schema step fail for good (or work again). */
  readonly breakSchemas: (service: ServiceName, broken: boolean) => void;
  /** Services in whose database the tenant has a schema. */
  readonly schemasOf: (tenantId: string) => Promise<ServiceName[]>;
  readonly stop: () => Promise<void>;
}

export async function startPlatform(): Promise<PlatformFixture> {
  const logger = createLogger({ service: 'test', level: 'silent' });
  installRuntime(logger); // before anything else of Temporal's makes one
  const temporal = await realTemporalEnvironment();
  const namespace = temporal.namespace ?? 'default';
  const address = temporal.connection.options.address;
  const identity = await startIdentity({ temporal: { address, namespace }, services: SERVICES });
  const provisioners = await Promise.all(OTHERS.map((service) => provisionerOf(service, identity.databases)));
  const broken = new Set<ServiceName>();
  const connection = new WorkerConnection(address, logger);
  const workers = [
    createWorkflowWorker({ workflowsPath: WORKFLOWS, connection, namespace, logger }),
    ...provisioners.map(({ service, provisioner }) => {
      const activities = tenancyActivities({
        createTenant: async (tenantId, provisioningId) => {
          await provisioner.createTenant(tenantId, provisioningId);
          if (broken.has(service)) throw refusal(service);
        },
        dropTenant: (tenantId, provisioningId) => provisioner.dropTenant(tenantId, provisioningId),
      });
      return createActivityWorker({ service, activities, connection, namespace, logger });
    }),
  ];
  for (const worker of workers) worker.start();
  return {
    identity,
    breakSchemas: (service, isBroken) => {
      if (isBroken) broken.add(service);
      else broken.delete(service);
    },
    schemasOf: async (tenantId) => {
      const schema = `t_${tenantId.replaceAll('-', '')}`;
      const found = await Promise.all(
        SERVICES.map(async (service) => {
          const rows = await withSuperuser(identity.databases.superuserUrl(service), (sql) =>
            sql('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]),
          );
          return rows.length > 0 ? [service] : [];
        }),
      );
      return found.flat();
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await connection.close();
      await Promise.all(provisioners.map(({ provisioner }) => provisioner.close()));
      await identity.stop();
      await temporal.teardown();
    },
  };
}

/** Takes effect first and then fails for good: the undo has something to undo. */
const refusal = (service: ServiceName): NexusError => new NexusError('NX-1006', `${service} refuses`);

async function provisionerOf(
  service: ServiceName,
  databases: TestDatabases,
): Promise<{ service: ServiceName; provisioner: Provisioner }> {
  const provisioner = createProvisioner({
    service,
    url: databases.provisionerUrl(service),
    tenantMigrations: messagingTenantMigrations,
    sharedMigrations: messagingSharedMigrations,
  });
  await provisioner.migrateShared();
  return { service, provisioner };
}
