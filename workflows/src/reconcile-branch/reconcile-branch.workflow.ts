import { activityQueue, type ReconcileActivities, type ReconcileBranchInput } from '@nexus/contracts/workflows';
import { proxyActivities } from '@temporalio/workflow';

const sales = proxyActivities<ReconcileActivities>({
  taskQueue: activityQueue('sales'),
  startToCloseTimeout: '15 minutes',
  // The next night tries again: a run does not outlive its day.
  scheduleToCloseTimeout: '12 hours',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumInterval: '10 minutes' },
});

/** Proves for one branch that electronic journal, transaction log and stock agree; what differs becomes an exception. */
export async function reconcileBranch(
  input: ReconcileBranchInput,
): Promise<{ readonly checked: number; readonly differences: number }> {
  return sales.reconcileBranch(input);
}
