import { prepareReplayRpc, settleReplayRpc } from '@nexus/contracts';
import { rpcHandler, type RpcHandler } from '@nexus/messaging';
import { LRUCache } from 'lru-cache';
import type { SyncDeps } from '../deps.ts';
import { ensureSchedule } from '../reconciliation/branch-schedule.ts';
import { readTerminal } from '../terminal/terminal.repository.ts';
import { prepareReplay } from './prepare-replay.ts';
import { settleReplay } from './settle-replay.ts';

/** Branches whose schedule was seen lately: not asked for again at every replay. */
const MAX_BRANCHES = 10_000;
const FORGET_MS = 60 * 60_000;

/** What the workflow `replayTerminal` asks of sync at the beginning and at the end of a round. Each may be asked again. */
export function replayRpc(deps: SyncDeps): RpcHandler[] {
  const scheduled = new LRUCache<string, true>({ max: MAX_BRANCHES, ttl: FORGET_MS });
  return [
    rpcHandler(prepareReplayRpc, ({ tenantId }, { terminal }) =>
      prepareReplay(deps, { tenantId, terminalId: terminal }),
    ),
    rpcHandler(settleReplayRpc, async ({ tenantId }, { terminal, passed }) => {
      const input = { tenantId, terminalId: terminal };
      const settled = await settleReplay(deps, { ...input, passed });
      if (settled.clean) await scheduleBranch(deps, input, scheduled);
      return settled;
    }),
  ];
}

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
