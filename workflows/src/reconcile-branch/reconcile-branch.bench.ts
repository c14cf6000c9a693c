import {
  activityQueue,
  reconcileBranchId,
  WORKFLOW_TASK_QUEUE,
  type ReconcileActivities,
} from '@nexus/contracts/workflows';
import { timeSkippingEnvironment } from '@nexus/testkit';
import type { WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { join } from 'node:path';
import type { reconcileBranch } from './reconcile-branch.workflow.ts';

export const reconcileBranchBundle = (): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, 'reconcile-branch.workflow.ts'),
    logger: new DefaultLogger('WARN'),
  });

/** Runs the workflow once on the server that skips time, over one answer of sales. */
export async function reconcileOnce<T>(
  activity: ReconcileActivities['reconcileBranch'],
  look: (handle: WorkflowHandle<typeof reconcileBranch>) => Promise<T>,
): Promise<T> {
  const env = await timeSkippingEnvironment();
  const connection = env.nativeConnection;
  const workers = await Promise.all([
    Worker.create({ connection, taskQueue: WORKFLOW_TASK_QUEUE, workflowBundle: await reconcileBranchBundle() }),
    Worker.create({ connection, taskQueue: activityQueue('sales'), activities: { reconcileBranch: activity } }),
  ]);
  const running = workers.map((worker) => worker.run());
  try {
    const input = { tenantId: 'tenant', branchId: 'branch' };
    const handle = await env.client.workflow.start<typeof reconcileBranch>('reconcileBranch', {
      taskQueue: WORKFLOW_TASK_QUEUE,
      workflowId: reconcileBranchId(input.tenantId, input.branchId),
      args: [input],
    });
    return await look(handle);
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await env.teardown();
  }
}
