import { applyJournalHandler, type RpcHandler } from '@nexus/messaging';
import { auditStockRpc } from './audit/audit-stock.ts';
import type { InventoryDeps } from './deps.ts';
import { inventoryApplier } from './journal/journal-applier.ts';

/** Counts of one transaction: each entry may hold thousands of products. */
const COUNTS = 50;

/** Every question that this service answers, besides those about its event log, which the kit answers. */
export const rpcHandlers = ({ db, nats }: InventoryDeps): RpcHandler[] => [
  applyJournalHandler({ db, nats, applier: inventoryApplier(db), batch: COUNTS }),
  ...auditStockRpc(db),
];
