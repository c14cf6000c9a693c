import { z } from 'zod';
import { currencyCode, minorUnits, uuid, type ServiceName } from '../common.ts';
import { defineRpc } from './rpc.ts';

/** Counts and sums of sales and returns, recomputed from stored rows. Amounts positive, minor units, one currency. */
export const salesFigures = z.object({
  currency: currencyCode,
  sales: z.number().int(),
  refunds: z.number().int(),
  saleLines: z.number().int(),
  refundLines: z.number().int(),
  grossSalesMinor: minorUnits,
  grossRefundsMinor: minorUnits,
  /** Thousandths of units sold and brought back. */
  unitsSold: z.number().int(),
  unitsReturned: z.number().int(),
  voids: z.number().int(),
  grossVoidedMinor: minorUnits,
});
export type SalesFigures = z.infer<typeof salesFigures>;

/** How far to look: each terminal's journal number, in the journal's epoch. */
export const watermark = z.object({ epoch: z.number().int(), number: z.number().int().min(0) });
export type Watermark = z.infer<typeof watermark>;
const terminalWatermark = z.strictObject({ terminal: uuid, watermark: z.strictObject(watermark.shape) });

/** A rule that the service could check on its own rows. */
export const auditFinding = z.object({ name: z.string(), holds: z.boolean(), detail: z.string() });
export type AuditFinding = z.infer<typeof auditFinding>;

/** sync: the terminals of a tenant and how far their journals are numbered. */
export const auditJournalHeads = defineRpc({
  service: 'sync',
  name: 'audit-heads',
  scope: 'tenant',
  timeoutMs: 15_000,
  request: z.strictObject({}),
  reply: z.object({
    epoch: z.number().int(),
    terminals: z.array(
      z.object({
        terminal: uuid,
        number: z.number().int(),
        /** Entries stored beyond an open gap, not yet numbered. */
        waiting: z.number().int(),
      }),
    ),
  }),
});

/** sync: one terminal's journal, recomputed from its bytes up to the watermark. */
export const auditJournal = defineRpc({
  service: 'sync',
  name: 'audit-journal',
  scope: 'tenant',
  timeoutMs: 120_000,
  request: terminalWatermark,
  reply: z.object({
    journalEntries: z.number().int(),
    gaps: z.number().int(),
    forks: z.number().int(),
    duplicatesAbsorbed: z.number().int(),
    /** Stored without a hole through this sequence of the newest chain; what the till last said is its head. */
    receivedThrough: z.number().int(),
    tillHead: z.number().int(),
    lastContact: z.string().nullable(),
    exceptions: z.number().int(),
    figures: z.array(salesFigures),
    findings: z.array(auditFinding),
  }),
});

/** sales: one terminal's transaction log, recomputed from its rows up to the watermark. `reached` false: its cursor is not there yet. */
export const auditTransactions = defineRpc({
  service: 'sales',
  name: 'audit-transactions',
  scope: 'tenant',
  timeoutMs: 120_000,
  request: terminalWatermark,
  reply: z.object({
    reached: z.boolean(),
    exceptions: z.number().int(),
    figures: z.array(salesFigures),
    findings: z.array(auditFinding),
  }),
});

/** inventory: the stock effects of one terminal's entries up to the watermark; `reached` false as above. */
export const auditTerminalStock = defineRpc({
  service: 'inventory',
  name: 'audit-terminal-stock',
  scope: 'tenant',
  timeoutMs: 120_000,
  request: terminalWatermark,
  reply: z.object({
    reached: z.boolean(),
    saleLines: z.number().int(),
    refundLines: z.number().int(),
    unitsSold: z.number().int(),
    unitsReturned: z.number().int(),
    exceptions: z.number().int(),
  }),
});

/** inventory: every branch's stock, recomputed from its movements. */
export const auditStock = defineRpc({
  service: 'inventory',
  name: 'audit-stock',
  scope: 'tenant',
  timeoutMs: 120_000,
  request: z.strictObject({}),
  reply: z.object({
    movements: z.number().int(),
    /** Thousandths on hand. */
    units: z.number().int(),
    branches: z.array(
      z.object({ branch: uuid, movements: z.number().int(), units: z.number().int(), exceptions: z.number().int() }),
    ),
    findings: z.array(auditFinding),
  }),
});

/** Every service with an event log: is its own log dense and is every pending event numbered? */
export const auditEventLog = (service: ServiceName) =>
  defineRpc({
    service,
    name: 'audit-event-log',
    scope: 'tenant',
    timeoutMs: 60_000,
    request: z.strictObject({}),
    reply: z.object({
      epoch: z.number().int(),
      head: z.number().int(),
      /** Id of the event at the head: a consumer that stands at the same position must know the same one. */
      headEvent: uuid.nullable(),
      pending: z.number().int(),
      failedMessages: z.number().int(),
      /** Cursors of this service in other logs: `{source: position}`. */
      cursors: z.array(
        z.object({ source: z.string(), epoch: z.number().int(), position: z.number().int(), event: uuid.nullable() }),
      ),
      findings: z.array(auditFinding),
    }),
  });
