import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { defineService, Health, serveProbes, type RunningService, type ServiceRuntime } from '@nexus/service-kit';
import { openNats, replayActivities } from '@nexus/messaging';
import { METRICS, sample } from '@nexus/telemetry';
import { createWorkflowWorker, WorkerConnection, type Versioning } from '@nexus/temporal-kit';
import type { z } from 'zod';
import { config } from './config.ts';

const workflowsPath = fileURLToPath(new URL('workflows.ts', import.meta.url));

/** The worker that runs workflows. It starts while Temporal is away and begins when it comes. */
export const worker = defineService({ name: 'workflows', config, start });

async function start(runtime: ServiceRuntime<z.output<typeof config>>): Promise<RunningService> {
  const { config: settings, logger, stopping, metrics, neighbours } = runtime;
  const connection = new WorkerConnection(settings.temporalAddress, logger);
  const nats = openNats({
    url: settings.natsUrl.expose(),
    name: 'nexus-workflows',
    logger,
    ...(neighbours === undefined ? {} : { neighbours }),
  });
  const running = createWorkflowWorker({
    workflowsPath,
    localActivities: replayActivities(nats),
    maxConcurrentLocal: settings.localActivityConcurrency,
    connection,
    namespace: settings.temporalNamespace,
    logger,
    maxConcurrent: settings.taskConcurrency,
    maxCached: settings.cachedWorkflows,
    observer: (activity, outcome, seconds) =>
      metrics?.observe(METRICS.activityDuration, { service: 'workflows', activity, outcome }, seconds),
    ...(settings.workerVersioning === 'off' ? {} : { versioning: versioningOf(settings) }),
    ...(settings.bundleFile === undefined ? {} : { bundleFile: settings.bundleFile }),
    ...(settings.bundleCacheDir === undefined ? {} : { bundleCacheDir: settings.bundleCacheDir }),
  });
  const health = new Health();
  health.addCheck('worker', () => running.isRunning(), { graceMs: settings.readyGraceMs });
  // Not before its build has the work: until then a rolling release keeps the workers of the old one.
  health.addCheck('version', () => running.isCurrent());
  metrics?.gauges({
    service: 'workflows',
    name: 'process',
    read: async () => [sample(METRICS.ready, { service: 'workflows' }, (await health.readiness()).ready ? 1 : 0)],
  });
  const { httpHost: host, httpPort: port } = settings;
  const http = await serveProbes({ service: 'workflows', logger, health, stopping, host, port });
  running.start();
  health.markStarted();
  stopping.addEventListener('abort', () => health.drain(), { once: true });

  return {
    url: http.url,
    async stop() {
      health.drain();
      await sleep(settings.drainMs);
      await running.stop();
      await connection.close();
      await nats.close();
      await http.stop(settings.stopGraceMs);
    },
  };
}

const versioningOf = ({ workerVersioning, buildId }: z.output<typeof config>): Versioning => ({
  wantedBy: workerVersioning === 'release' ? 'release' : 'self',
  ...(buildId === undefined ? {} : { buildId }),
});
