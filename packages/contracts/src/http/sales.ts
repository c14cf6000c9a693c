import { z } from 'zod';
import { currencyCode, isoDate, minorUnits, pageOf, uuid } from '../common.ts';
import { taxComponent } from '../journal/entry.ts';

/*
 * HTTP of the sales service, behind `<origin>/api/sales`. Amounts are whole minor units of the row's currency and
 * positive; the kind says which way they go. `at` is epoch milliseconds UTC by the till's clock.
 */

export const transactionKind = z.enum(['sale', 'return', 'post-void']);

const listed = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
};

/** `GET /transactions`: newest first. */
export const transactionListQuery = z.strictObject({
  ...listed,
  branch: uuid.optional(),
  terminal: uuid.optional(),
  kind: transactionKind.optional(),
  businessDate: isoDate.optional(),
  /** Receipt number as printed, without its series. */
  receipt: z.coerce.number().int().min(1).optional(),
});
export const transactionSummary = z.object({
  key: uuid,
  kind: transactionKind,
  entryId: uuid,
  branch: uuid,
  terminal: uuid,
  businessDate: isoDate,
  at: z.number().int(),
  utcOffset: z.number().int(),
  cashier: z.string().nullable(),
  receipt: z.object({ series: z.string(), number: z.number().int() }).nullable(),
  currency: currencyCode,
  lines: z.number().int(),
  gross: minorUnits,
  tax: minorUnits,
  discount: minorUnits,
  training: z.boolean(),
  voided: z.boolean(),
});
export const transactionPage = pageOf(transactionSummary);

/** `GET /transactions/:key`: one transaction whole. Its journal entry and replay are at sync, `GET /entries/:entryId`. */
export const transactionDetail = transactionSummary.extend({
  legalEntity: uuid,
  shift: uuid.nullable(),
  customer: z.string().nullable(),
  entry: z.object({ terminal: uuid, chain: uuid, seq: z.number().int(), number: z.number().int(), hash: z.string() }),
  net: minorUnits,
  rounding: minorUnits,
  payable: minorUnits,
  taxes: z.array(taxComponent),
  voids: uuid.nullable(),
  voidedBy: uuid.nullable(),
  lineItems: z.array(
    z.object({
      n: z.number().int(),
      product: uuid,
      code: z.string(),
      description: z.string(),
      unit: z.string().nullable(),
      /** Thousandths. */
      quantity: z.number().int(),
      unitPrice: z.number().int(),
      /** Decimal places of `unitPrice`; null: the currency's own. */
      priceScale: z.number().int().nullable(),
      priceSource: z.string().nullable(),
      discount: minorUnits,
      taxGroup: z.string(),
      taxes: z.array(taxComponent),
      gross: minorUnits,
      original: z.object({ entry: uuid, line: z.number().int() }).nullable(),
    }),
  ),
  tenders: z.array(
    z.object({
      id: uuid,
      type: z.string(),
      tendered: minorUnits,
      applied: minorUnits,
      change: minorUnits,
      currency: currencyCode,
    }),
  ),
});

/** `GET /days?from=&to=`: totals by business date, branch, terminal, currency and kind, at most 92 days. */
export const dayTotalsQuery = z.strictObject({ from: isoDate, to: isoDate, branch: uuid.optional() });
/** Sales − returns − post-voids is what remains: the post-void of a return has negative amounts. */
export const dayTotalRow = z.object({
  branch: uuid,
  businessDate: isoDate,
  terminal: uuid,
  currency: currencyCode,
  kind: transactionKind,
  transactions: z.number().int(),
  lines: z.number().int(),
  /** Thousandths. */
  units: z.number().int(),
  net: minorUnits,
  tax: minorUnits,
  gross: minorUnits,
});
export const dayTotals = z.object({
  /** The newest business date with any transaction, for a screen that wants "the last day". */
  latest: isoDate.nullable(),
  rows: z.array(dayTotalRow),
});

/** `GET /hours?date=`: takings by hour of a business date and of the one before it, by the branches' own clocks. */
export const hourTotalsQuery = z.strictObject({ date: isoDate, branch: uuid.optional() });
export const hourTotalRow = z.object({
  businessDate: isoDate,
  /** Hours since the business date's midnight on the branch's wall: 25 is one o'clock in the night that ends it. */
  hour: z.number().int(),
  currency: currencyCode,
  /** Sales, not returns or voids. */
  transactions: z.number().int(),
  /** Sales less returns and post-voids, tax included. */
  net: minorUnits,
});
export const hourTotals = z.object({ rows: z.array(hourTotalRow) });

/** `GET /live` (SSE): one event after each batch that was applied; the screen asks for its totals again. */
export const liveSales = z.object({ transactions: z.number().int(), branches: z.array(uuid), at: z.number().int() });

/** What came out of projections that were made again from the event log. */
export const rebuildReport = z.object({
  events: z.number().int(),
  transactions: z.number().int(),
  equal: z.boolean(),
  tables: z.array(
    z.object({
      table: z.string(),
      before: z.object({ rows: z.number().int(), checksum: z.string() }),
      after: z.object({ rows: z.number().int(), checksum: z.string() }),
    }),
  ),
});

/**
 * `POST /rebuilds` begins one, answered 202; 409 SAL-1001 while one runs. `GET /rebuilds/:id` says how far it is: `report`
 * where it is done, `error` where it failed and changed nothing.
 */
export const rebuildRun = z.object({
  id: uuid,
  state: z.enum(['running', 'done', 'failed']),
  /** Events read so far. */
  events: z.number().int(),
  error: z.string().optional(),
  report: rebuildReport.optional(),
});
export type RebuildRun = z.infer<typeof rebuildRun>;
export const rebuildParams = z.strictObject({ id: uuid });
