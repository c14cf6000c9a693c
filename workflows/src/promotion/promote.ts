import { setTimeout as sleep } from 'node:timers/promises';
import { WORKFLOW_TASK_QUEUE } from '@nexus/contracts';
import type { DeploymentState } from '@nexus/temporal-kit';

/** What of a deployment is needed here; each call fails with NX-3001 or NX-3004 while Temporal is away. */
export interface Deployment {
  describe(): Promise<DeploymentState | undefined>;
  want(buildId: string): Promise<boolean>;
  polledLately(taskQueue: string, buildId: string): Promise<boolean>;
}

/**
 * `first`: no worker with a version has ever been here, the first one will take the work. `current`: this build has the
 * work. `awaited`: this build is wanted, another one has the work until workers of this one are there.
 */
export type Outcome = 'first' | 'current' | 'awaited';

export interface PromoteOptions {
  readonly buildId: string;
  /** How long workers that are there already are given to take the work. */
  readonly takeOverWaitMs: number;
  readonly stopping: AbortSignal;
}

const PAUSE_MS = 200;

/**
 * Names a build as the one that is wanted. Workers make it current by themselves, as soon as they poll; only where some are
 * there already (a release that is rolled back half-way) it is waited for, as the others are about to go. Idempotent.
 */
export async function promote(deployment: Deployment, options: PromoteOptions): Promise<Outcome> {
  const { buildId, takeOverWaitMs, stopping } = options;
  if (!(await deployment.want(buildId))) return 'first';
  const isCurrent = async () => (await deployment.describe())?.current === buildId;
  if (await isCurrent()) return 'current';
  if (!(await deployment.polledLately(WORKFLOW_TASK_QUEUE, buildId))) return 'awaited';
  const deadline = performance.now() + takeOverWaitMs;
  while (performance.now() < deadline && !stopping.aborted) {
    await sleep(PAUSE_MS);
    if (await isCurrent()) return 'current';
  }
  return 'awaited';
}
