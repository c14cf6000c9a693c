import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@nexus/telemetry';
import type { DeploymentState, WorkerDeployment } from './worker-deployment.ts';

/**
 * Who says which build is wanted. `self`: whoever started last, where nobody releases anything (a laptop). `release`: the
 * release, before it changes a process; a build that it did not name never takes the work from the one that it did.
 */
export type WantedBy = 'self' | 'release';

export interface VersionKeeperOptions {
  readonly buildId: string;
  readonly wantedBy: WantedBy;
  readonly logger: Logger;
  /** How often Temporal is asked how things stand. Default 5,000. */
  readonly watchMs?: number;
}

const WATCH_MS = 5_000;
/** Pauses while this build is to become current and is not: the first, doubled up to the last. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;

/**
 * Makes a worker's build the current one, from the moment that its worker polls, if it is the one that is wanted; and
 * knows whether it is. It goes on looking: a release that is rolled back finds the workers that are still there.
 */
export class VersionKeeper {
  readonly #options: VersionKeeperOptions;
  #claimed = false;
  #isCurrent: boolean | undefined;

  constructor(options: VersionKeeperOptions) {
    this.#options = options;
  }

  /** As last seen: while Temporal is away, what was true stays true. */
  isCurrent(): boolean {
    return this.#isCurrent === true;
  }

  /** Looks after the version until it is told to stop. Called when the worker polls, again after it was made anew. */
  async run(deployment: Pick<WorkerDeployment, 'describe' | 'want' | 'makeCurrent'>, stop: AbortSignal): Promise<void> {
    const { buildId, logger, watchMs = WATCH_MS } = this.#options;
    let tries = 0;
    let failing = false;
    while (!stop.aborted) {
      let done = false;
      try {
        done = await this.#look(deployment, stop);
        failing = false;
      } catch (error) {
        if (!failing && !stop.aborted)
          logger.warn(
            { err: error, buildId },
            'the version of this worker cannot be looked after; trying until it can',
          );
        failing = true;
      }
      tries = done ? 0 : tries + 1;
      const pauseMs = done ? watchMs : Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), MAX_PAUSE_MS, watchMs);
      await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined); // only ever told to stop
    }
  }

  /** False while this build is to become current and is not yet. */
  async #look(deployment: Pick<WorkerDeployment, 'describe' | 'want' | 'makeCurrent'>, stop: AbortSignal) {
    const { buildId } = this.#options;
    const state = await deployment.describe();
    // Temporal learns of a version when its first worker polls.
    if (stop.aborted || state === undefined || !state.known.includes(buildId)) return false;
    const wanted = state.wanted === buildId || (await this.#claim(deployment, state));
    if (wanted && state.current !== buildId) {
      await deployment.makeCurrent(buildId);
      return false; // and once more, to see it settled
    }
    this.#tell(state);
    return state.settled;
  }

  /** Names this build as the wanted one where that is up to it; true when it did. */
  async #claim(deployment: Pick<WorkerDeployment, 'want'>, { wanted, current }: DeploymentState): Promise<boolean> {
    const { buildId, wantedBy } = this.#options;
    // Nobody was ever named: the first release, or a Temporal that was made anew under running processes.
    const orphaned = wanted === undefined && (wantedBy === 'self' || current === undefined);
    const first = wantedBy === 'self' && !this.#claimed;
    if (!orphaned && !first) return false;
    this.#claimed = true;
    return deployment.want(buildId);
  }

  /** It has the work when every queue knows that; it keeps it until another build is current. */
  #tell({ current, settled, wanted }: DeploymentState): void {
    const { buildId, logger } = this.#options;
    const isCurrent = current === buildId;
    if (this.#isCurrent === isCurrent || (isCurrent && !settled)) return;
    this.#isCurrent = isCurrent;
    logger.info(
      { buildId, current, wanted },
      isCurrent ? 'workflows run on this build' : 'workflows run on another build',
    );
  }
}
