import { PartitionKeeper } from '@nexus/messaging';
import type { ServiceRuntime } from './define-service.ts';
import type { StandardConfig } from './standard-config.ts';
import type { Background, Kit } from './standard-service.ts';

/** What is done beside the work for the schemas of tenants: bringing them up, and partitions for years to come. */
export function upkeep(runtime: ServiceRuntime<StandardConfig>, kit: Kit<StandardConfig>): Background {
  const { config, logger } = kit;
  const partitions = new PartitionKeeper({ url: config.provisionerDatabaseUrl.expose(), logger });
  let migrating = Promise.resolve();
  return {
    start() {
      partitions.start();
      if (config.migrateTenants) migrating = migrateTenants(kit, runtime.stopping);
    },
    async stop() {
      await migrating;
      await partitions.stop();
    },
  };
}

/**
 * In the background: each tenant that is behind answers "being upgraded" by itself until its turn has come. A stop waits
 * for the tenant in hand alone.
 */
async function migrateTenants(kit: Kit<StandardConfig>, stopping: AbortSignal): Promise<void> {
  try {
    const { migrated, failed } = await kit.provisioner.migrateTenants(() => stopping.throwIfAborted());
    if (migrated > 0) kit.logger.info({ migrated }, 'tenants brought up to date');
    for (const failure of failed) kit.logger.error(failure, 'a tenant could not be brought up to date');
  } catch (error) {
    if (stopping.aborted) kit.logger.info('bringing tenants up to date was broken off; the next start goes on');
    else kit.logger.error({ err: error }, 'bringing tenants up to date was broken off; the next start goes on');
  }
}
