import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@nexus/contracts';
import {
  createConsumer,
  createEventRelay,
  eventLogRpc,
  PartitionKeeper,
  RpcServer,
  type EventHandler,
} from '@nexus/messaging';
import { createActivityWorker, tenancyActivities, WorkerConnection } from '@nexus/temporal-kit';
import type { TokenVerifier } from '../access/token-verifier.ts';
import { createApp } from '../http/create-app.ts';
import { Health } from '../http/health.ts';
import { serve } from '../http/serve.ts';
import { auditRoutes } from '../routes/audit-routes.ts';
import { failedMessageRoutes } from '../routes/failed-message-routes.ts';
import type { RunningService, ServiceRuntime } from './define-service.ts';
import type { StandardConfig } from './standard-config.ts';
import { closeKit, type Background, type Kit, type StandardService } from './standard-service.ts';

/** Starts everything a service consists of and says how to stop it: door, own work, activities, messages, engines. */
export async function runParts<C extends StandardConfig, D>(
  spec: StandardService<C, D>,
  runtime: ServiceRuntime<C>,
  kit: Kit<C>,
  deps: D,
  verifier: TokenVerifier,
): Promise<RunningService> {
  const { config, logger, db, nats, provisioner } = kit;
  if (config.migrateShared) await migrateShared(runtime, kit);
  const relay = createEventRelay({ db, nats, logger });
  const handlers = spec.subscribers?.(deps) ?? [];
  const followed = bySource(handlers);
  const consumers = followed.map(([source, ofSource]) =>
    createConsumer({ db, nats, source, handlers: ofSource, logger }),
  );
  const ofEventLog = eventLogRpc(
    db,
    (tenantId) => relay.poke(tenantId),
    followed.map(([source]) => source),
  );
  const questions = [...ofEventLog, ...(spec.rpcHandlers?.(deps) ?? [])];
  const rpc = new RpcServer(nats, logger);
  const workers = new WorkerConnection(config.temporalAddress, logger);
  const activities = createActivityWorker({
    service: spec.name,
    activities: { ...tenancyActivities(provisioner), ...spec.activities?.(deps) },
    connection: workers,
    namespace: config.temporalNamespace,
    logger,
    maxConcurrent: config.activityConcurrency,
  });
  const own = spec.background?.(deps) ?? [];
  const health = healthOf(spec, kit, deps);
  const app = createApp({
    service: spec.name,
    version: runtime.version,
    routes: [...spec.routes(deps), ...auditRoutes(questions), ...failedMessageRoutes({ db, handlers })],
    logger,
    verifier,
    health,
    stopping: runtime.stopping,
    trustProxy: config.httpTrustProxy,
    maxRequests: config.httpMaxRequests,
    maxStreams: config.httpMaxStreams,
  });
  // The last thing that can fail goes first: a taken port leaves nothing running behind.
  const http = await serve(app, { host: config.httpHost, port: config.httpPort });
  verifier.start();
  relay.start();
  rpc.serve(questions);
  const inOrder: Background[] = [...consumers, activities, ...own];
  for (const part of inOrder) part.start();
  const migrating = config.migrateTenants ? migrateTenants(kit) : Promise.resolve();
  const partitions = new PartitionKeeper({ url: config.provisionerDatabaseUrl.expose(), logger });
  partitions.start();
  health.markStarted();
  runtime.stopping.addEventListener('abort', () => health.drain(), { once: true });

  return {
    url: http.url,
    async stop() {
      health.drain();
      await sleep(config.drainMs);
      await http.stop(config.stopGraceMs);
      verifier.stop();
      // Own work first: it may start activities or append events; those who carry them away stop after it.
      await all(own.map((part) => part.stop()));
      await all([activities.stop(), ...consumers.map((consumer) => consumer.stop()), rpc.stop()]);
      await workers.close();
      await relay.stop();
      await migrating;
      await partitions.stop();
      await closeKit(kit);
    },
  };
}

/** One consumer for each service that is listened to. */
function bySource(handlers: readonly EventHandler[]): [ServiceName, EventHandler[]][] {
  const groups = new Map<ServiceName, EventHandler[]>();
  for (const handler of handlers) {
    const { service } = handler.definition;
    groups.set(service, [...(groups.get(service) ?? []), handler]);
  }
  return [...groups];
}

function healthOf<C extends StandardConfig, D>(spec: StandardService<C, D>, kit: Kit<C>, deps: D): Health {
  const health = new Health();
  health.addCheck('database', () => kit.db.ping());
  for (const [name, check] of Object.entries(spec.readiness?.(deps) ?? {})) health.addCheck(name, check);
  return health;
}

const MAX_PAUSE_MS = 5_000;

/** Tries until the database is there or the process is to stop: a service may start before its database does. */
async function migrateShared(runtime: ServiceRuntime<StandardConfig>, kit: Kit<StandardConfig>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await kit.provisioner.migrateShared();
      return;
    } catch (error) {
      runtime.stopping.throwIfAborted();
      if (!isAway(error)) throw error;
      if (attempt === 0) kit.logger.warn({ err: error }, 'the database is not reachable yet; trying until it is');
      await sleep(Math.min(250 * 2 ** attempt, MAX_PAUSE_MS), undefined, { signal: runtime.stopping });
    }
  }
}

const isAway = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'NX-3001';

/** In the background: each tenant that is behind answers "being upgraded" by itself until its turn has come. */
async function migrateTenants(kit: Kit<StandardConfig>): Promise<void> {
  try {
    const { migrated, failed } = await kit.provisioner.migrateTenants();
    if (migrated > 0) kit.logger.info({ migrated }, 'tenants brought up to date');
    for (const failure of failed) kit.logger.error(failure, 'a tenant could not be brought up to date');
  } catch (error) {
    kit.logger.error({ err: error }, 'bringing tenants up to date was broken off; the next start goes on');
  }
}

/** Waits for all, then fails with the first that failed: one part that cannot stop must not keep others from stopping. */
async function all(parts: readonly unknown[]): Promise<void> {
  const results = await Promise.allSettled(parts);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
