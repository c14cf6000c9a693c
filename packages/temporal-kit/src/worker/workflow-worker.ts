import { WORKFLOW_TASK_QUEUE } from '@nexus/contracts';
import type { Logger } from '@nexus/telemetry';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { activityInterceptors, type ActivityObserver } from '../activity/interceptor.ts';
import { buildIdOf } from '../deployment/build-id.ts';
import { VersionKeeper, type WantedBy } from '../deployment/version-keeper.ts';
import { WORKFLOW_DEPLOYMENT, WorkerDeployment } from '../deployment/worker-deployment.ts';
import { logQueueTo } from './runtime.ts';
import { Supervisor, type Runnable } from './supervisor.ts';
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
  /** Absent: a worker without a version, which takes nothing where a version is current. For servers without versions. */
  readonly versioning?: Versioning;
}

export interface Versioning {
  readonly wantedBy: WantedBy;
  /** Absent: made from the workflows' code, so that changed code is another build. */
  readonly buildId?: string;
  /** How often Temporal is asked which build is current. Default 5,000. */
  readonly watchMs?: number;
}

/** A supervised worker that knows whether the work is its own. */
export interface WorkflowWorker {
  start(): void;
  stop(): Promise<void>;
  isRunning(): boolean;
  /** True when its build takes the tasks; always without a version. */
  isCurrent(): boolean;
}

const MAX_CONCURRENT = 20;
const MAX_CONCURRENT_LOCAL = 16;
const MAX_CACHED = 200;
const GRACE_MS = 5_000;
const MAX_POLLERS = 4;

/** Runs workflows: no database, no activities of its own queue, only orchestration. */
export function createWorkflowWorker(options: WorkflowWorkerOptions): WorkflowWorker {
  const { connection, namespace, logger, versioning } = options;
  logQueueTo(options.taskQueue ?? WORKFLOW_TASK_QUEUE, logger);
  const bundled = bundleOf(options);
  let keeper: VersionKeeper | undefined;
  const supervisor = new Supervisor({
    name: 'workflows',
    logger,
    create: async () => {
      const workflowBundle = await bundled();
      const native = await connection.get();
      const common = { ...workerOptions(options), workflowBundle, connection: native };
      if (versioning === undefined) return Worker.create(common);
      const buildId = versioning.buildId ?? (await buildIdOf(workflowBundle));
      const worker = await Worker.create({ ...common, workerDeploymentOptions: version(buildId) });
      // One for the process's whole life: a worker that is made anew after a failure claims nothing anew.
      keeper ??= new VersionKeeper({ ...versioning, buildId, logger });
      return kept(worker, keeper, new WorkerDeployment(native, namespace));
    },
  });
  return {
    start: () => supervisor.start(),
    stop: () => supervisor.stop(),
    isRunning: () => supervisor.isRunning(),
    isCurrent: () => versioning === undefined || keeper?.isCurrent() === true,
  };
}

/** The worker, with its version looked after for as long as it polls. */
function kept(worker: Worker, keeper: VersionKeeper, deployment: WorkerDeployment): Runnable {
  const stop = new AbortController();
  return {
    async run() {
      const keeping = keeper.run(deployment, stop.signal);
      try {
        await worker.run();
      } finally {
        stop.abort();
        await keeping;
      }
    },
    shutdown() {
      stop.abort();
      worker.shutdown();
    },
  };
}

/*
 * Every workflow moves on with the release. A pinned one would need workers of its version for as long as it runs, and
 * ours run until a terminal is quiet or an engine comes back: nobody can say how long that is.
 */
const version = (buildId: string): NonNullable<WorkerOptions['workerDeploymentOptions']> => ({
  version: { deploymentName: WORKFLOW_DEPLOYMENT, buildId },
  useWorkerVersioning: true,
  defaultVersioningBehavior: 'AUTO_UPGRADE',
});

function bundleOf(options: WorkflowWorkerOptions): () => Promise<WorkflowBundle | { readonly codePath: string }> {
  const { workflowsPath, logger, bundleFile, bundleCacheDir } = options;
  if (bundleFile !== undefined) return () => Promise.resolve({ codePath: bundleFile });
  const cache = bundleCacheDir === undefined ? {} : { cacheDir: bundleCacheDir };
  let bundle: Promise<WorkflowBundle> | undefined;
  return () => (bundle ??= bundleWorkflows({ workflowsPath, logger, ...cache }));
}

const workerOptions = (options: WorkflowWorkerOptions): WorkerOptions => ({
  namespace: options.namespace,
  taskQueue: options.taskQueue ?? WORKFLOW_TASK_QUEUE,
  ...(options.localActivities === undefined ? {} : { activities: options.localActivities }),
  enableNonLocalActivities: false,
  interceptors: { activity: [activityInterceptors(options.observer)] },
  maxConcurrentLocalActivityExecutions: options.maxConcurrentLocal ?? MAX_CONCURRENT_LOCAL,
  maxConcurrentWorkflowTaskExecutions: options.maxConcurrent ?? MAX_CONCURRENT,
  maxCachedWorkflows: options.maxCached ?? MAX_CACHED,
  workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 2, initial: 2, maximum: MAX_POLLERS },
  workflowThreadPoolSize: 1,
  shutdownGraceTime: options.graceMs ?? GRACE_MS,
});
