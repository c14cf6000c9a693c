import { activityQueue, WAKE_SIGNAL } from '@nexus/contracts/workflows';
import { condition, defineSignal, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import { LAST_VISIT, type VisitActivities } from '../visits.ts';

const { visited } = proxyActivities<VisitActivities>({
  taskQueue: activityQueue('sales'),
  startToCloseTimeout: '1 minute',
});

/** Tells with each signal which build it runs on. The same history in either build; each tells its own name. */
export async function visits(): Promise<string> {
  const signals: string[] = [];
  setHandler(defineSignal<[string]>(WAKE_SIGNAL), (signal) => void signals.push(signal));
  for (;;) {
    await condition(() => signals.length > 0);
    await visited({ workflowId: workflowInfo().workflowId, build: 'first' });
    if (signals.shift() === LAST_VISIT) return 'ended on first';
  }
}
