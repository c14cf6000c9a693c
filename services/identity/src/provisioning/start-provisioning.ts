import { provisionTenantId, WORKFLOW_TASK_QUEUE, type ProvisionTenantInput } from '@nexus/contracts';
import type { TemporalLink } from '@nexus/temporal-kit';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';

/** Short: a process that stops waits for the start in hand. */
const START_TIMEOUT_MS = 5_000;

/**
 * Starts `provisionTenant` for a tenant, or finds it running or done. Only a run that was broken off (terminated, failed)
 * may be followed by another: its first activity asks the owning row what is left to do.
 */
export async function startProvisioning(temporal: TemporalLink, input: ProvisionTenantInput): Promise<void> {
  try {
    await temporal.call(
      'start provisionTenant',
      (client) =>
        client.workflow.start('provisionTenant', {
          taskQueue: WORKFLOW_TASK_QUEUE,
          workflowId: provisionTenantId(input.tenantId),
          args: [input],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      START_TIMEOUT_MS,
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
