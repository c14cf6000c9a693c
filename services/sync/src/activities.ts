import type { SyncReplayActivities } from '@nexus/contracts';
import { progress } from '@nexus/temporal-kit';
import { LRUCache } from 'lru-cache';
import type { SyncDeps } from './deps.ts';
import { ensureSchedule } from './reconciliation/branch-schedule.ts';
import { prepareReplay } from './replay/prepare-replay.ts';
import { settleReplay } from './replay/settle-replay.ts';
import { readTerminal } from './terminal/terminal.repository.ts';

/** Branches whose schedule was seen lately: not asked for again at every replay. */
const MAX_BRANCHES = 10_000;
const FORGET_MS = 60 * 60_000;

/** What workflows may ask of sync. Each may be done again. */
export const activities = (deps: SyncDeps): SyncReplayActivities => {
  const scheduled = new LRUCache<string, true>({ max: MAX_BRANCHES, ttl: FORGET_MS });
  return {
    prepareReplay: (input) => prepareReplay(deps, input, () => progress().beat()),
    settleReplay: async (input) => {
      const settled = await settleReplay(deps, input);
      if (settled.clean) await scheduleBranch(deps, input, scheduled);
      return settled;
    },
  };
};

async function scheduleBranch(
  deps: SyncDeps,
  { tenantId, terminalId }: { readonly tenantId: string; readonly terminalId: string },
  scheduled: LRUCache<string, true>,
): Promise<void> {
  const key = `${tenantId}/${terminalId}`;
  if (scheduled.has(key)) return;
  const terminal = await deps.db.tx({ tenantId }, (tx) => readTerminal(tx, terminalId));
  if (terminal === undefined || terminal.branch === null) return;
  await ensureSchedule(deps, { tenantId, branchId: terminal.branch });
  scheduled.set(key, true);
}
