import { activityQueue, type ServiceName } from '@nexus/contracts';
import type { Logger } from '@nexus/telemetry';
import { Worker } from '@temporalio/worker';
import { activityInterceptors, type ActivityObserver } from '../activity/interceptor.ts';
import { logQueueTo } from './runtime.ts';
import { Supervisor } from './supervisor.ts';
import type { WorkerConnection } from './worker-connection.ts';

export interface ActivityWorkerOptions {
  /** Its queue has the same name. */
  readonly service: ServiceName;
  readonly activities: object;
  readonly connection: WorkerConnection;
  readonly namespace: string;
  readonly logger: Logger;
  /** Activities at once. Default 8: about what a connection pool has room for. */
  readonly maxConcurrent?: number;
  /** Time an activity in hand has to end when the worker stops, before it is told to (its signal). Default 5,000. */
  readonly graceMs?: number;
  readonly observer?: ActivityObserver;
  /** Queue, where it is not the service's own (tests). */
  readonly taskQueue?: string;
}

const MAX_CONCURRENT = 8;
const GRACE_MS = 5_000;
/** After the grace an activity is cancelled; what ignores that for so long is left behind, its lease runs out. */
const FORCE_MS = 10_000;
const MAX_POLLERS = 4;

/** Takes a service's activities off its queue for as long as the process lives, wherever Temporal is meanwhile. */
export function createActivityWorker(options: ActivityWorkerOptions): Supervisor {
  const { service, activities, connection, namespace, logger } = options;
  const taskQueue = options.taskQueue ?? activityQueue(service);
  logQueueTo(taskQueue, logger);
  const graceMs = options.graceMs ?? GRACE_MS;
  return new Supervisor({
    name: `${service} activities`,
    logger,
    create: async () =>
      Worker.create({
        connection: await connection.get(),
        namespace,
        taskQueue,
        activities,
        interceptors: { activity: [activityInterceptors(options.observer)] },
        maxConcurrentActivityTaskExecutions: options.maxConcurrent ?? MAX_CONCURRENT,
        activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 1, maximum: MAX_POLLERS },
        shutdownGraceTime: graceMs,
        shutdownForceTime: graceMs + FORCE_MS,
      }),
  });
}
