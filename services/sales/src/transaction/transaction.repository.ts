import {
  NexusError,
  type transactionDetail,
  type transactionListQuery,
  type transactionSummary,
} from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import type { z } from 'zod';

type Query = z.infer<typeof transactionListQuery>;
type Summary = z.infer<typeof transactionSummary>;
type Detail = z.infer<typeof transactionDetail>;
type LineItem = Detail['lineItems'][number];

interface SummaryRow {
  key: string;
  kind: Summary['kind'];
  entry_id: string;
  branch: string;
  terminal: string;
  business_date: string;
  at_ms: string;
  utc_offset: number;
  cashier: string | null;
  receipt_series: string | null;
  receipt_number: string | null;
  currency: string;
  lines: string;
  gross: string;
  tax: string;
  discount: string;
  training: boolean;
  voided_by: string | null;
}

const SUMMARY = `h.key, h.kind, h.entry_id, h.branch, h.terminal, h.business_date::text AS business_date, h.at_ms, h.utc_offset,
  h.cashier, h.receipt_series, h.receipt_number, h.currency, h.gross, h.tax, h.discount, h.training, h.voided_by,
  (SELECT count(*) FROM transaction_line l WHERE l.key = h.key) AS lines`;

/** Newest first by the till's time: keys grow with it, so the primary key serves the order and the cursor. */
export async function listTransactions(
  tx: TenantTx,
  query: Query,
  branches: readonly string[] | null,
): Promise<{ items: Summary[]; nextCursor?: string }> {
  if (query.cursor !== undefined && !/^[0-9a-f-]{36}$/.test(query.cursor)) {
    throw new NexusError('NX-1001', 'The cursor is not one that this list gave');
  }
  const rows = await tx.query<SummaryRow>(
    `SELECT ${SUMMARY} FROM transaction_header h
     WHERE ($1::uuid IS NULL OR h.key < $1) AND ($2::uuid[] IS NULL OR h.branch = ANY($2)) AND ($3::uuid IS NULL OR h.branch = $3)
       AND ($4::uuid IS NULL OR h.terminal = $4) AND ($5::text IS NULL OR h.kind = $5)
       AND ($6::date IS NULL OR h.business_date = $6) AND ($7::bigint IS NULL OR h.receipt_number = $7)
     ORDER BY h.key DESC LIMIT $8`,
    [
      query.cursor ?? null,
      branches,
      query.branch ?? null,
      query.terminal ?? null,
      query.kind ?? null,
      query.businessDate ?? null,
      query.receipt ?? null,
      query.limit + 1,
    ],
  );
  const items = rows.slice(0, query.limit).map(summaryOf);
  const last = items.at(-1);
  return rows.length > query.limit && last !== undefined ? { items, nextCursor: last.key } : { items };
}

interface DetailRow extends SummaryRow {
  legal_entity: string;
  shift: string | null;
  customer: string | null;
  chain: string;
  seq: string;
  number: string;
  hash: string;
  net: string;
  rounding: string;
  payable: string;
  taxes: string;
  voids: string | null;
}

/** One transaction whole; NX-1002 where there is none in the branches that the bearer sees. */
export async function readTransaction(tx: TenantTx, key: string, branches: readonly string[] | null): Promise<Detail> {
  const [row] = await tx.query<DetailRow>(
    `SELECT ${SUMMARY}, h.legal_entity, h.shift, h.customer, h.chain, h.seq, h.number, h.hash, h.net, h.rounding, h.payable, h.taxes, h.voids
     FROM transaction_header h WHERE h.key = $1 AND ($2::uuid[] IS NULL OR h.branch = ANY($2))`,
    [key, branches],
  );
  if (row === undefined) throw new NexusError('NX-1002');
  return {
    ...summaryOf(row),
    legalEntity: row.legal_entity,
    shift: row.shift,
    customer: row.customer,
    entry: {
      terminal: row.terminal,
      chain: row.chain,
      seq: Number(row.seq),
      number: Number(row.number),
      hash: row.hash,
    },
    net: Number(row.net),
    rounding: Number(row.rounding),
    payable: Number(row.payable),
    taxes: JSON.parse(row.taxes) as Detail['taxes'],
    voids: row.voids,
    voidedBy: row.voided_by,
    lineItems: await readLineItems(tx, key),
    tenders: await readTenders(tx, key),
  };
}

interface LineRow {
  n: number;
  product: string;
  code: string;
  description: string;
  unit: string | null;
  quantity: string;
  unit_price: string;
  price_scale: number | null;
  price_source: string | null;
  discounts: string | null;
  tax_group: string;
  taxes: string;
  gross: string;
  original_entry: string | null;
  original_line: number | null;
}

async function readLineItems(tx: TenantTx, key: string): Promise<LineItem[]> {
  const rows = await tx.query<LineRow>(
    `SELECT n, product, code, description, unit, quantity, unit_price, price_scale, price_source, discounts, tax_group, taxes, gross,
       original_entry, original_line
     FROM transaction_line WHERE key = $1 ORDER BY n`,
    [key],
  );
  return rows.map((row) => ({
    n: row.n,
    product: row.product,
    code: row.code,
    description: row.description,
    unit: row.unit,
    quantity: Number(row.quantity),
    unitPrice: Number(row.unit_price),
    priceScale: row.price_scale,
    priceSource: row.price_source,
    discount: discountOf(row.discounts),
    taxGroup: row.tax_group,
    taxes: JSON.parse(row.taxes) as LineItem['taxes'],
    gross: Number(row.gross),
    original:
      row.original_entry === null || row.original_line === null
        ? null
        : { entry: row.original_entry, line: row.original_line },
  }));
}

const discountOf = (discounts: string | null): number =>
  discounts === null ? 0 : (JSON.parse(discounts) as { a: number }[]).reduce((sum, { a }) => sum + a, 0);

async function readTenders(tx: TenantTx, key: string): Promise<Detail['tenders']> {
  const rows = await tx.query<{
    id: string;
    type: string;
    tendered: string;
    applied: string;
    change: string;
    currency: string;
  }>('SELECT id, type, tendered, applied, change, currency FROM transaction_tender WHERE key = $1 ORDER BY n', [key]);
  return rows.map((row) => ({
    ...row,
    tendered: Number(row.tendered),
    applied: Number(row.applied),
    change: Number(row.change),
  }));
}

const summaryOf = (row: SummaryRow): Summary => ({
  key: row.key,
  kind: row.kind,
  entryId: row.entry_id,
  branch: row.branch,
  terminal: row.terminal,
  businessDate: row.business_date,
  at: Number(row.at_ms),
  utcOffset: row.utc_offset,
  cashier: row.cashier,
  receipt: row.receipt_series === null ? null : { series: row.receipt_series, number: Number(row.receipt_number) },
  currency: row.currency,
  lines: Number(row.lines),
  gross: Number(row.gross),
  tax: Number(row.tax),
  discount: Number(row.discount),
  training: row.training,
  voided: row.voided_by !== null,
});
