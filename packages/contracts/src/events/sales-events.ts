import { z } from 'zod';
import { currencyCode, isoDate, minorUnits, sha256Hex, uuid } from '../common.ts';
import { lineDiscount, receipt, taxComponent, tender } from '../journal/entry.ts';
import { defineEvent } from './envelope.ts';

/** One line of a transaction. Positive amounts; the transaction's kind says which way they go. */
export const transactionLineFacts = z.object({
  n: z.number().int().min(1),
  product: uuid,
  variant: uuid.optional(),
  code: z.string(),
  description: z.string(),
  unit: z.string().optional(),
  /** Thousandths. */
  quantity: z.number().int(),
  unitPrice: minorUnits,
  priceScale: z.number().int().optional(),
  priceSource: z.string().optional(),
  discounts: z.array(lineDiscount).optional(),
  taxGroup: z.string(),
  taxes: z.array(taxComponent),
  gross: minorUnits,
  original: z.object({ entry: uuid, line: z.number().int() }).optional(),
});
export type TransactionLineFacts = z.infer<typeof transactionLineFacts>;

/**
 * A finished sale or return in the transaction log, or the post-void of one. About 1 KB; the whole entry stays with
 * sync, `entry` says where.
 */
export const transactionFacts = z.object({
  /** Derived from the entry's time and hash (journal `transactionKey`): the key of every effect row, with the line number. */
  key: uuid,
  kind: z.enum(['sale', 'return', 'post-void']),
  entry: z.object({
    id: uuid,
    terminal: uuid,
    chain: uuid,
    seq: z.number().int(),
    hash: sha256Hex,
    number: z.number().int(),
  }),
  branch: uuid,
  legalEntity: uuid,
  businessDate: isoDate,
  /** Epoch milliseconds, UTC, by the till's clock. */
  at: z.number().int(),
  utcOffset: z.number().int(),
  shift: uuid.optional(),
  cashier: z.string().optional(),
  customer: z.string().optional(),
  training: z.literal(true).optional(),
  receipt: receipt.optional(),
  currency: currencyCode,
  net: minorUnits,
  tax: minorUnits,
  discount: minorUnits,
  gross: minorUnits,
  rounding: minorUnits,
  payable: minorUnits,
  taxes: z.array(taxComponent),
  lines: z.array(transactionLineFacts),
  tenders: z.array(tender),
  /** For a post-void: the entry id that it undoes, and what that was. Its lines and amounts are the original's. */
  voids: uuid.optional(),
  voidedKind: z.enum(['sale', 'return']).optional(),
});
export type TransactionFacts = z.infer<typeof transactionFacts>;

/** One event for each replay transaction: all that it really inserted, in journal order. */
export const transactionsRecorded = defineEvent({
  service: 'sales',
  kind: 'transactions-recorded',
  version: 1,
  data: z.object({ transactions: z.array(transactionFacts).min(1).max(500) }),
});
/** Shift, drawer and cash facts of one replay transaction. */
export const shiftFacts = z.object({
  key: uuid,
  kind: z.string(),
  entry: z.object({
    id: uuid,
    terminal: uuid,
    chain: uuid,
    seq: z.number().int(),
    hash: sha256Hex,
    number: z.number().int(),
  }),
  branch: uuid,
  businessDate: isoDate,
  at: z.number().int(),
  shift: uuid.optional(),
  cashier: z.string().optional(),
  currency: currencyCode.optional(),
  amount: minorUnits.optional(),
  detail: z.record(z.string(), z.unknown()),
});
export type ShiftFacts = z.infer<typeof shiftFacts>;
export const shiftsRecorded = defineEvent({
  service: 'sales',
  kind: 'shifts-recorded',
  version: 1,
  data: z.object({ facts: z.array(shiftFacts).min(1).max(500) }),
});
