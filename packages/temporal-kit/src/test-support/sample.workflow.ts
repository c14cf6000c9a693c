import { activityQueue, WAKE_SIGNAL } from '@nexus/contracts/workflows';
import { condition, continueAsNew, defineSignal, log, proxyActivities, setHandler } from '@temporalio/workflow';
import type { SampleActivities } from './sample-activities.ts';

/** Workflows for this package's own tests: what crosses the border between workflow, activity and client. */

const activities = proxyActivities<SampleActivities>({
  taskQueue: activityQueue('sales'),
  startToCloseTimeout: '20 seconds',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '50 milliseconds', maximumAttempts: 3 },
});

export async function askTrace(): Promise<string> {
  log.info('about to ask');
  return activities.traceId();
}

/** Waits for a signal, then says which trace the activity runs in, in a second run of itself. */
export async function traceOfSignal(second?: boolean): Promise<string> {
  if (second === true) return activities.traceId();
  let woken = false;
  setHandler(defineSignal(WAKE_SIGNAL), () => {
    woken = true;
  });
  await condition(() => woken);
  return continueAsNew<typeof traceOfSignal>(true);
}

export async function failWith(input: { readonly code: string }): Promise<void> {
  await activities.failWith(input);
}

export async function tenantOfLogs(input: { readonly tenantId: string }): Promise<string> {
  return activities.tenantOfLogs(input);
}

export async function untilCancelled(): Promise<string> {
  return activities.untilCancelled();
}
