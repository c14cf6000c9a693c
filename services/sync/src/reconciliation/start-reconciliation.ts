import { NexusError, reconcileBranchId, WORKFLOW_TASK_QUEUE, type ReconcileBranchInput } from '@nexus/contracts';
import type { TemporalLink } from '@nexus/temporal-kit';
import type { TenancyDb } from '@nexus/tenancy-db';

/** Proves a branch's books now; one that is running already goes on. NX-1002 for a branch that is not there. */
export async function startReconciliation(
  deps: { readonly db: TenancyDb; readonly temporal: Pick<TemporalLink, 'call'> },
  { tenantId, branchId }: ReconcileBranchInput,
): Promise<string> {
  const known = await deps.db.tx({ tenantId }, (tx) =>
    tx.query(
      `SELECT 1 FROM till_row WHERE kind = 'branch' AND id = $1
       UNION ALL SELECT 1 FROM terminal WHERE branch = $2 LIMIT 1`,
      [branchId, branchId],
    ),
  );
  if (known.length === 0) throw new NexusError('NX-1002');
  const workflowId = reconcileBranchId(tenantId, branchId);
  await deps.temporal.call('start reconciliation', (client) =>
    client.workflow.start('reconcileBranch', {
      workflowId,
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [{ tenantId, branchId } satisfies ReconcileBranchInput],
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
  );
  return workflowId;
}
