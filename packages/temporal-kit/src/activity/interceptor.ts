import { NexusError } from '@nexus/contracts';
import { runWithTenant, timed, withRemoteTrace } from '@nexus/telemetry';
import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { toFailure } from '../errors.ts';
import { traceIn } from '../trace-header.ts';

/** Told how each try of an activity ended (`ok` or a code) and how long it took, seconds. Must not throw. */
export type ActivityObserver = (activity: string, outcome: string, seconds: number) => void;

/** A span for each activity, in the trace of who woke the workflow; its tenant in the logs; expected failures by code. */
export const activityInterceptors =
  (observer: ActivityObserver = () => undefined) =>
  ({ info }: Context): ActivityInterceptors => {
    const { activityType, taskQueue, attempt, workflowExecution } = info;
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
            const work = (): Promise<unknown> =>
              tenant === undefined ? next(input) : runWithTenant(tenant, () => next(input));
            try {
              return await timed(work, (outcome, seconds) => observer(activityType, outcome, seconds));
            } catch (error) {
              throw error instanceof NexusError ? toFailure(error) : error;
            }
          }),
      },
    };
  };

const tenantOf = (args: readonly unknown[]): string | undefined => {
  const [input] = args;
  const named = typeof input === 'object' && input !== null && 'tenantId' in input;
  return named && typeof input.tenantId === 'string' ? input.tenantId : undefined;
};
