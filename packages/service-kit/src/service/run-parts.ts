import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@nexus/contracts';
import {
  createConsumer,
  createEventRelay,
  eventLogRpc,
  RpcServer,
  type EventConsumer,
  type EventHandler,
  type ObservedBatch,
  type RpcObserver,
} from '@nexus/messaging';
import { METRICS, type Metrics } from '@nexus/telemetry';
import { createActivityWorker, tenancyActivities, WorkerConnection } from '@nexus/temporal-kit';
import type { TokenVerifier } from '../access/token-verifier.ts';
import { createApp } from '../http/create-app.ts';
import { Health } from '../http/health.ts';
import { serve } from '../http/serve.ts';
import { auditRoutes } from '../routes/audit-routes.ts';
import { failedMessageRoutes } from '../routes/failed-message-routes.ts';
import type { RunningService, ServiceRuntime } from './define-service.ts';
import { FAILED_MESSAGES, measuring } from './part-gauges.ts';
import { PoolWatch } from './pool.ts';
import { awaitSharedSchema } from './shared-schema.ts';
import type { StandardConfig } from './standard-config.ts';
import { closeKit, type Background, type Kit, type StandardService } from './standard-service.ts';
import { upkeep } from './upkeep.ts';

/** What was made of a service's tables; `verifier` and `sharedMigrations` besides. */
export interface Made<D> {
  readonly deps: D;
  readonly verifier: TokenVerifier;
  /** Names of the migrations without which the shared schema is too old. */
  readonly sharedMigrations: readonly string[];
}

/** Starts everything a service consists of and says how to stop it: door, own work, activities, messages, engines. */
export async function runParts<C extends StandardConfig, D>(
  spec: StandardService<C, D>,
  runtime: ServiceRuntime<C>,
  kit: Kit<C>,
  { deps, verifier, sharedMigrations }: Made<D>,
): Promise<RunningService> {
  const { config, logger, db, nats, provisioner } = kit;
  const { metrics } = runtime;
  const relay = createEventRelay({ db, nats, logger, ...carrying(config) });
  const handlers = spec.subscribers?.(deps) ?? [];
  const consumers = consumersOf(kit, metrics, handlers);
  const ofEventLog = eventLogRpc(
    db,
    (tenantId) => relay.poke(tenantId),
    consumers.map(([source]) => source),
  );
  const questions = [...ofEventLog, ...(spec.rpcHandlers?.(deps) ?? [])];
  const asked: RpcObserver = (question, outcome, seconds) =>
    metrics?.observe(METRICS.rpcDuration, { service: spec.name, question, outcome }, seconds);
  const rpc = new RpcServer(nats, logger, asked, config.questionConcurrency);
  const workers = new WorkerConnection(config.temporalAddress, logger);
  const activities = createActivityWorker({
    service: spec.name,
    activities: { ...tenancyActivities(provisioner), ...spec.activities?.(deps) },
    connection: workers,
    namespace: config.temporalNamespace,
    logger,
    maxConcurrent: config.activityConcurrency,
    observer: (activity, outcome, seconds) =>
      metrics?.observe(METRICS.activityDuration, { service: spec.name, activity, outcome }, seconds),
  });
  const own = spec.background?.(deps) ?? [];
  const kept = upkeep(runtime, kit);
  const pool = new PoolWatch(db);
  let schemaThere = false;
  const health = new Health();
  health.addCheck('shared-schema', () => schemaThere);
  health.addCheck('database', () => pool.answers(), { graceMs: config.readyGraceMs });
  for (const [name, check] of Object.entries(spec.readiness?.(deps) ?? {})) health.addCheck(name, check);
  const failedMessages = failedMessageRoutes({ db, handlers }, (tenantId) =>
    kit.figures.changed(FAILED_MESSAGES, tenantId),
  );
  const app = createApp({
    service: spec.name,
    version: runtime.version,
    routes: [...spec.routes(deps), ...auditRoutes(questions), ...failedMessages],
    logger,
    verifier,
    health,
    stopping: runtime.stopping,
    trustProxy: config.httpTrustProxy,
    maxRequests: config.httpMaxRequests,
    maxStreams: config.httpMaxStreams,
    ...(metrics === undefined ? {} : { metrics }),
  });
  const measured = measuring(metrics, {
    service: spec.name,
    db,
    pool,
    health,
    consumers,
    own: spec.gauges?.(deps) ?? [],
    kept: kit.figures,
    figures: spec.figures?.(deps) ?? [],
  });
  // The door first: probes are answered while the database is waited for, and a taken port leaves nothing behind.
  const http = await serve(app, { host: config.httpHost, port: config.httpPort });
  health.markStarted();
  runtime.stopping.addEventListener('abort', () => health.drain(), { once: true });
  try {
    await awaitSharedSchema(runtime, kit, sharedMigrations);
  } catch (error) {
    await http.stop(0);
    throw error;
  }
  verifier.start();
  relay.start();
  rpc.serve(questions);
  const inOrder: Background[] = [...consumers.map(([, consumer]) => consumer), activities, ...own, kept, measured];
  for (const part of inOrder) part.start();
  schemaThere = true;
  return {
    url: http.url,
    async stop() {
      health.drain();
      await sleep(config.drainMs);
      await http.stop(config.stopGraceMs);
      verifier.stop();
      // Own work first: it may start activities or append events; those who carry them away stop after it.
      await all(own.map((part) => part.stop()));
      await all([activities.stop(), ...consumers.map(([, consumer]) => consumer.stop()), rpc.stop()]);
      await workers.close();
      await relay.stop();
      await kept.stop();
      await measured.stop();
      await closeKit(kit);
    },
  };
}

const carrying = ({ tenantConcurrency: parallelTenants, natsStreamReplicas: streamReplicas }: StandardConfig) => ({
  parallelTenants,
  streamReplicas,
});

/** One consumer for each service that is listened to. */
function consumersOf(
  { config, db, nats, logger, figures }: Kit<StandardConfig>,
  metrics: Metrics | undefined,
  handlers: readonly EventHandler[],
): (readonly [ServiceName, EventConsumer])[] {
  const groups = new Map<ServiceName, EventHandler[]>();
  for (const handler of handlers) {
    const { service } = handler.definition;
    groups.set(service, [...(groups.get(service) ?? []), handler]);
  }
  return [...groups].map(([source, ofSource]) => {
    const observer = ({ tenant, events, outcome, seconds }: ObservedBatch): void => {
      const labels = { service: db.service, source, outcome };
      metrics?.observe(METRICS.batchDuration, labels, seconds);
      metrics?.count(METRICS.eventsApplied, labels, events);
      if (outcome === 'set-aside') figures.changed(FAILED_MESSAGES, tenant);
    };
    const options = { db, nats, source, handlers: ofSource, logger, observer, ...carrying(config) };
    return [source, createConsumer(options)] as const;
  });
}

/** Waits for all, then fails with the first that failed: one part that cannot stop must not keep others from stopping. */
async function all(parts: readonly unknown[]): Promise<void> {
  const results = await Promise.allSettled(parts);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
