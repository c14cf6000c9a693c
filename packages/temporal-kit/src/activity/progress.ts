import { Context } from '@temporalio/activity';

export interface Progress {
  /** Aborted when the workflow cancelled the activity, it timed out, or the worker stops: end at the next safe place. */
  readonly signal: AbortSignal;
  /** Says that the activity is alive, and how far it is. Cheap: the SDK sends at most one in its throttle interval. */
  readonly beat: (details?: unknown) => void;
}

const NEVER = new AbortController().signal;

/** Progress of the running activity; outside of one (unit tests, a direct call) it goes nowhere. */
export function progress(): Progress {
  const context = current();
  if (context === undefined) return { signal: NEVER, beat: () => undefined };
  return { signal: context.cancellationSignal, beat: (details) => context.heartbeat(details) };
}

/** Beats while work runs that cannot do it by itself, e.g. one long statement. */
export async function beating<T>(everyMs: number, work: () => Promise<T>): Promise<T> {
  const { beat } = progress();
  const timer = setInterval(() => beat(), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function current(): Context | undefined {
  try {
    return Context.current();
  } catch {
    return undefined; // what the SDK throws outside of an activity
  }
}
