import {
  auditEventLog,
  auditJournal,
  auditJournalHeads,
  auditPath,
  auditStock,
  auditTerminalStock,
  auditTransactions,
  chainStructure,
  type RpcDefinition,
  type ServiceName,
} from '@nexus/contracts';
import type { z } from 'zod';
import type { ApiClient } from '../session/api-client.ts';

type Reply<D extends RpcDefinition> = z.infer<D['reply']>;

export type JournalHeads = Reply<typeof auditJournalHeads>;
export type JournalAudit = Reply<typeof auditJournal>;
export type TransactionsAudit = Reply<typeof auditTransactions>;
export type TerminalStockAudit = Reply<typeof auditTerminalStock>;
export type StockAudit = Reply<typeof auditStock>;
export type EventLogAudit = Reply<ReturnType<typeof auditEventLog>>;
export type ChainStructure = Reply<typeof chainStructure>;
export type TerminalWatermark = z.infer<typeof auditJournal.request>;

/** The questions that a proof is made of, each answered by the service that owns the rows. */
export interface Audits {
  structure(): Promise<ChainStructure>;
  heads(): Promise<JournalHeads>;
  journal(at: TerminalWatermark): Promise<JournalAudit>;
  transactions(at: TerminalWatermark): Promise<TransactionsAudit>;
  terminalStock(at: TerminalWatermark): Promise<TerminalStockAudit>;
  stock(): Promise<StockAudit>;
  eventLog(service: ServiceName): Promise<EventLogAudit>;
}

/** The same over HTTP, for one tenant. */
export function httpAudits(api: ApiClient): Audits {
  const ask = <Q extends z.ZodType, A extends z.ZodType>(
    definition: RpcDefinition<Q, A>,
    question: z.input<Q>,
  ): Promise<z.output<A>> =>
    api.call({
      method: 'POST',
      path: `/api/${definition.service}${auditPath(definition)}`,
      body: question,
      response: definition.reply,
      timeoutMs: definition.timeoutMs + 10_000,
      repeatable: true,
    });
  return {
    structure: () => ask(chainStructure, {}),
    heads: () => ask(auditJournalHeads, {}),
    journal: (at) => ask(auditJournal, at),
    transactions: (at) => ask(auditTransactions, at),
    terminalStock: (at) => ask(auditTerminalStock, at),
    stock: () => ask(auditStock, {}),
    eventLog: (service) => ask(auditEventLog(service), {}),
  };
}
