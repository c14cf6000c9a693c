import type { RpcHandler } from '@nexus/messaging';
import { auditTransactionsRpc } from './audit/audit-transactions.ts';
import type { SalesDeps } from './deps.ts';

/** Every question that this service answers, besides those about its event log, which the kit answers. */
export const rpcHandlers = ({ db }: SalesDeps): RpcHandler[] => [auditTransactionsRpc(db)];
