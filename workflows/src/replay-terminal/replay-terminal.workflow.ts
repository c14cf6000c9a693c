import {
  WAKE_SIGNAL,
  type ReplayActivities,
  type ReplayPassed,
  type ReplayTerminalInput,
  type ServiceName,
} from '@nexus/contracts/workflows';
import {
  condition,
  continueAsNew,
  defineSignal,
  log,
  proxyLocalActivities,
  rootCause,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

/** Says that there may be something to do; what, is in sync's database. */
export const wakeSignal = defineSignal(WAKE_SIGNAL);

/** A run goes on as a new one after this many rounds: every run begins by asking sync, so nothing is carried. */
const MAX_ROUNDS = 100;
/** Pause after a round in which a consumer failed, doubled each time. A wake-up ends it early. */
const FAILURE_PAUSE_MS = 5_000;
const MAX_FAILURE_PAUSE_MS = 5 * 60_000;
/** Pause where a round found nothing to do although the terminal is not clean. */
const IDLE_PAUSE_MS = 1_000;

/*
 * Local activities: they run in the workflow worker, which asks services over NATS, and a whole round is one workflow task.
 * As activities of their own they cost Temporal and its database twenty transactions a round, more than the round itself.
 * A pause that is longer than the threshold is a timer of the workflow and holds nothing.
 */
const sync = proxyLocalActivities<ReplayActivities>({
  startToCloseTimeout: '2 minutes',
  localRetryThreshold: '3 seconds',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});
/** A few tries in a round: a service that is down is left out of it, and holds up nobody else. */
const consumers = proxyLocalActivities<ReplayActivities>({
  startToCloseTimeout: '30 minutes',
  localRetryThreshold: '3 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '10 seconds', maximumAttempts: 4 },
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
  for (let failures = 0, round = 1; ; round += 1) {
    woken = false;
    const prepared = await sync.prepareReplay(input);
    const passed = await applyJournal(input, prepared.consumers);
    const settled = await sync.settleReplay({ ...input, passed });
    if (settled.clean && !woken) return;
    if (round >= MAX_ROUNDS || workflowInfo().continueAsNewSuggested) await continueAsNew<typeof replayTerminal>(input);

    failures = passed.length < prepared.consumers.length ? failures + 1 : 0;
    const waitMs = settled.waitMs ?? prepared.waitMs ?? (prepared.consumers.length === 0 ? IDLE_PAUSE_MS : 0);
    const pauseMs = failures > 0 ? failurePauseMs(failures) : waitMs;
    if (!settled.clean && pauseMs > 0) await condition(() => woken, pauseMs);
  }
}

/** Asks the consumers side by side; gives the places of those that did not fail. */
async function applyJournal(
  input: ReplayTerminalInput,
  services: readonly ServiceName[],
): Promise<readonly ReplayPassed[]> {
  const results = await Promise.allSettled(services.map((service) => consumers.applyJournal({ ...input, service })));
  return results.flatMap((result, index) => {
    if (result.status === 'fulfilled') return [result.value];
    log.warn('a consumer could not take the journal', { service: services[index], reason: rootCause(result.reason) });
    return [];
  });
}

const failurePauseMs = (failures: number): number =>
  Math.min(FAILURE_PAUSE_MS * 2 ** Math.min(failures - 1, 10), MAX_FAILURE_PAUSE_MS);
