import { applyJournalHandler, type RpcHandler } from '@nexus/messaging';
import { auditTransactionsRpc } from './audit/audit-transactions.ts';
import type { SalesDeps } from './deps.ts';
import { salesApplier } from './journal/journal-applier.ts';

/** Every question that this service answers, besides those about its event log, which the kit answers. */
export const rpcHandlers = ({ db, nats }: SalesDeps): RpcHandler[] => [
  applyJournalHandler({ db, nats, applier: salesApplier(db) }),
  auditTransactionsRpc(db),
];
