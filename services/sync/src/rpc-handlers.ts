import type { RpcHandler } from '@nexus/messaging';
import { auditRpc } from './audit/audit-journal.ts';
import type { SyncDeps } from './deps.ts';
import { takeEntriesRpc } from './journal/take-entries.ts';
import { replayRpc } from './replay/replay-rpc.ts';

/** Every question that this service answers, besides those about its event log, which the kit answers. */
export const rpcHandlers = (deps: SyncDeps): RpcHandler[] => [
  takeEntriesRpc(deps),
  ...replayRpc(deps),
  ...auditRpc(deps.db),
];
