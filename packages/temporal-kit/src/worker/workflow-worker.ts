import { WORKFLOW_TASK_QUEUE } from '@nexus/contracts';
import type { Logger } from '@nexus/telemetry';
import { Worker } from '@temporalio/worker';
import { activityInterceptors, type ActivityObserver } from '../activity/interceptor.ts';
import { logQueueTo } from './runtime.ts';
import { Supervisor } from './supervisor.ts';
import type { WorkerConnection } from './worker-connection.ts';
import { bundleWorkflows, type WorkflowBundle } from './workflow-bundle.ts';

export interface WorkflowWorkerOptions {
  /** Absolute path of the module that exports every workflow. */
  readonly workflowsPath: string;
  readonly connection: WorkerConnection;
  readonly namespace: string;
  readonly logger: Logger;
  /** The bundle, where it was made before, with the image: nothing is bundled at the start. */
  readonly bundleFile?: string;
  /** Where the bundle is kept between starts. */
  readonly bundleCacheDir?: string;
  /** Activities that run inside workflow tasks, in this process: short questions to services, no work of their own. */
  readonly localActivities?: object;
  /** Of those at once. Default 16. */
  readonly maxConcurrentLocal?: number;
  /** Workflow tasks at once. Default 20; each is milliseconds of CPU. */
  readonly maxConcurrent?: number;
  /** Workflows kept in memory between tasks. Default 200. */
  readonly maxCached?: number;
  readonly graceMs?: number;
  /** Told of local activities. */
  readonly observer?: ActivityObserver;
  /** Queue, where it is not the common one (tests). */
  readonly taskQueue?: string;
}

const MAX_CONCURRENT = 20;
const MAX_CONCURRENT_LOCAL = 16;
const MAX_CACHED = 200;
const GRACE_MS = 5_000;
const MAX_POLLERS = 4;

/** Runs workflows: no database, no activities of its own queue, only orchestration. */
export function createWorkflowWorker(options: WorkflowWorkerOptions): Supervisor {
  const { connection, namespace, logger, workflowsPath, bundleFile } = options;
  const taskQueue = options.taskQueue ?? WORKFLOW_TASK_QUEUE;
  logQueueTo(taskQueue, logger);
  const cache = options.bundleCacheDir === undefined ? {} : { cacheDir: options.bundleCacheDir };
  let bundle: Promise<WorkflowBundle> | undefined;
  const bundled = (): Promise<WorkflowBundle> => (bundle ??= bundleWorkflows({ workflowsPath, logger, ...cache }));
  return new Supervisor({
    name: 'workflows',
    logger,
    create: async () =>
      Worker.create({
        workflowBundle: bundleFile === undefined ? await bundled() : { codePath: bundleFile },
        connection: await connection.get(),
        namespace,
        taskQueue,
        ...(options.localActivities === undefined ? {} : { activities: options.localActivities }),
        enableNonLocalActivities: false,
        interceptors: { activity: [activityInterceptors(options.observer)] },
        maxConcurrentLocalActivityExecutions: options.maxConcurrentLocal ?? MAX_CONCURRENT_LOCAL,
        maxConcurrentWorkflowTaskExecutions: options.maxConcurrent ?? MAX_CONCURRENT,
        maxCachedWorkflows: options.maxCached ?? MAX_CACHED,
        workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 2, initial: 2, maximum: MAX_POLLERS },
        workflowThreadPoolSize: 1,
        shutdownGraceTime: options.graceMs ?? GRACE_MS,
      }),
  });
}
