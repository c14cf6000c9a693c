import { NexusError } from '@nexus/contracts';
import { runWithTenant, withRemoteTrace } from '@nexus/telemetry';
import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { toFailure } from '../errors.ts';
import { traceIn } from '../trace-header.ts';

/** A span for each activity, in the trace of who woke the workflow; its tenant in the logs; expected failures by code. */
export function activityInterceptors(ctx: Context): ActivityInterceptors {
  const { activityType, taskQueue, attempt, workflowExecution } = ctx.info;
  const attributes = {
    'nexus.queue': taskQueue,
    'nexus.attempt': attempt,
    'nexus.workflow': workflowExecution?.workflowId,
  };
  return {
    inbound: {
      execute: (input, next) =>
        withRemoteTrace(traceIn(input.headers), `activity ${activityType}`, attributes, async () => {
          const tenant = tenantOf(input.args);
          try {
            return await (tenant === undefined ? next(input) : runWithTenant(tenant, () => next(input)));
          } catch (error) {
            throw error instanceof NexusError ? toFailure(error) : error;
          }
        }),
    },
  };
}

const tenantOf = (args: readonly unknown[]): string | undefined => {
  const [input] = args;
  const named = typeof input === 'object' && input !== null && 'tenantId' in input;
  return named && typeof input.tenantId === 'string' ? input.tenantId : undefined;
};
