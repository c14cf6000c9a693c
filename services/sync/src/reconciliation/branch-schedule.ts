import { reconcileBranchId, WORKFLOW_TASK_QUEUE, type BranchFacts, type ReconcileBranchInput } from '@nexus/contracts';
import type { TemporalLink } from '@nexus/temporal-kit';
import type { TenancyDb, TenantTx } from '@nexus/tenancy-db';
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';

/** Minutes after the branch's day has changed. */
const AFTER_CUTOFF_MINUTES = 90;
const DAY_MINUTES = 24 * 60;

export const scheduleId = (tenant: string, branch: string): string => `${reconcileBranchId(tenant, branch)}/nightly`;

/**
 * Makes sure that a branch's books are proved each night, in its own zone, after its day has changed. Lazily: at the
 * first replay that ends in the branch. A branch that identity has not told of yet gets its schedule at a later one.
 */
export async function ensureSchedule(
  deps: { readonly db: TenancyDb; readonly temporal: Pick<TemporalLink, 'call'> },
  { tenantId, branchId }: ReconcileBranchInput,
): Promise<void> {
  const ctx = { tenantId };
  const facts = await deps.db.tx(ctx, (tx) => unscheduledBranch(tx, branchId));
  if (facts === undefined) return;
  const minute = (facts.dayCutoffMinutes + AFTER_CUTOFF_MINUTES) % DAY_MINUTES;
  try {
    await deps.temporal.call('schedule reconciliation', (client) =>
      client.schedule.create({
        scheduleId: scheduleId(tenantId, branchId),
        spec: {
          calendars: [{ hour: Math.floor(minute / 60), minute: minute % 60 }],
          timezone: facts.zone,
          jitter: '10 minutes',
        },
        policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '12 hours' },
        action: {
          type: 'startWorkflow',
          workflowType: 'reconcileBranch',
          workflowId: reconcileBranchId(tenantId, branchId),
          taskQueue: WORKFLOW_TASK_QUEUE,
          args: [{ tenantId, branchId } satisfies ReconcileBranchInput],
        },
      }),
    );
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  await deps.db.tx(ctx, (tx) =>
    tx.query('INSERT INTO branch_schedule (branch) VALUES ($1) ON CONFLICT DO NOTHING', [branchId]),
  );
}

/** What identity says of a branch that has no schedule yet; undefined where it has one or is not known. */
async function unscheduledBranch(tx: TenantTx, branch: string): Promise<BranchFacts | undefined> {
  const [row] = await tx.query<{ item: string }>(
    `SELECT item FROM till_row WHERE kind = 'branch' AND id = $1
       AND NOT EXISTS (SELECT 1 FROM branch_schedule WHERE branch = $2)`,
    [branch, branch],
  );
  return row === undefined ? undefined : (JSON.parse(row.item) as { d: BranchFacts }).d;
}
