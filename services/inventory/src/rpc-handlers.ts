import type { RpcHandler } from '@nexus/messaging';
import { auditStockRpc } from './audit/audit-stock.ts';
import type { InventoryDeps } from './deps.ts';

/** Every question that this service answers, besides those about its event log, which the kit answers. */
export const rpcHandlers = ({ db }: InventoryDeps): RpcHandler[] => auditStockRpc(db);
