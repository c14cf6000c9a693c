import {
  activityQueue,
  WAKE_SIGNAL,
  type JournalConsumerActivities,
  type ReplayPassed,
  type ReplayTerminalInput,
  type ServiceName,
  type SyncReplayActivities,
} from '@nexus/contracts/workflows';
import {
  condition,
  continueAsNew,
  defineSignal,
  log,
  proxyActivities,
  rootCause,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

/** Says that there may be something to do; what, is in sync's database. */
export const wakeSignal = defineSignal(WAKE_SIGNAL);

/** A run goes on as a new one after this many events: every run begins by reading the database, so nothing is carried. */
const MAX_HISTORY_EVENTS = 500;
/** Pause after a round in which a consumer failed, doubled each time. A wake-up ends it early. */
const FAILURE_PAUSE_MS = 5_000;
const MAX_FAILURE_PAUSE_MS = 5 * 60_000;
/** Pause where a round found nothing to do although the terminal is not clean. */
const IDLE_PAUSE_MS = 1_000;

const sync = proxyActivities<SyncReplayActivities>({
  taskQueue: activityQueue('sync'),
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});

/**
 * Brings one terminal's journal to every service that takes entries, until all of them have passed its end. Signals
 * only wake it: each round asks sync what there is to do. One consumer that is down holds up nobody else: the round
 * ends without it and the next one tries again.
 */
export async function replayTerminal(input: ReplayTerminalInput): Promise<void> {
  let woken = false;
  setHandler(wakeSignal, () => {
    woken = true;
  });
  for (let failures = 0; ;) {
    woken = false;
    const prepared = await sync.prepareReplay(input);
    const passed = await applyJournal(input, prepared.consumers);
    const settled = await sync.settleReplay({ ...input, passed });
    if (settled.clean && !woken) return;
    if (isLong()) await continueAsNew<typeof replayTerminal>(input);

    failures = passed.length < prepared.consumers.length ? failures + 1 : 0;
    const waitMs = settled.waitMs ?? prepared.waitMs ?? (prepared.consumers.length === 0 ? IDLE_PAUSE_MS : 0);
    const pauseMs = failures > 0 ? failurePauseMs(failures) : waitMs;
    if (!settled.clean && pauseMs > 0) await condition(() => woken, pauseMs);
  }
}

/** Asks the consumers side by side; gives the places of those that did not fail. */
async function applyJournal(
  input: ReplayTerminalInput,
  consumers: readonly ServiceName[],
): Promise<readonly ReplayPassed[]> {
  const results = await Promise.allSettled(consumers.map((service) => consumer(service).applyJournal(input)));
  return results.flatMap((result, index) => {
    if (result.status === 'fulfilled') return [result.value];
    log.warn('a consumer could not take the journal', { service: consumers[index], reason: rootCause(result.reason) });
    return [];
  });
}

/** A few tries in this round; a worker that is not there at all is not waited for. */
const consumer = (service: ServiceName): JournalConsumerActivities =>
  proxyActivities<JournalConsumerActivities>({
    taskQueue: activityQueue(service),
    scheduleToStartTimeout: '2 minutes',
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '1 minute',
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '10 seconds', maximumAttempts: 4 },
  });

const failurePauseMs = (failures: number): number =>
  Math.min(FAILURE_PAUSE_MS * 2 ** Math.min(failures - 1, 10), MAX_FAILURE_PAUSE_MS);

function isLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength >= MAX_HISTORY_EVENTS;
}
