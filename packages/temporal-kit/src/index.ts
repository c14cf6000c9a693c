export type { ActivityObserver } from './activity/interceptor.ts';
export { beating, progress, type Progress } from './activity/progress.ts';
export { tenancyActivities } from './activity/tenancy-activities.ts';
export { connectTemporal, TemporalLink, type TemporalOptions } from './client/temporal-link.ts';
export { BUILD_ID } from './deployment/build-id.ts';
export { type WantedBy } from './deployment/version-keeper.ts';
export { WorkerDeployment, type DeploymentState } from './deployment/worker-deployment.ts';
export { nexusErrorOf, toFailure } from './errors.ts';
export { createActivityWorker, type ActivityWorkerOptions } from './worker/activity-worker.ts';
export { installRuntime } from './worker/runtime.ts';
export { Supervisor, type Runnable } from './worker/supervisor.ts';
export { WorkerConnection } from './worker/worker-connection.ts';
export { bundleWorkflows, workflowInterceptorModules, type WorkflowBundle } from './worker/workflow-bundle.ts';
export {
  createWorkflowWorker,
  type Versioning,
  type WorkflowWorker,
  type WorkflowWorkerOptions,
} from './worker/workflow-worker.ts';
