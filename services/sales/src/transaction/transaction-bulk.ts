import type { TransactionFacts } from '@nexus/contracts';
import {
  anyKnown,
  bigintArray,
  booleanArray,
  insertRows,
  intArray,
  textArray,
  uuidArray,
  type TenantTx,
} from '@nexus/tenancy-db';

/*
 * The hot path of the transaction log: bulk statements over arrays in binary form, no query for each row.
 */

const HEADERS = insertRows('transaction_header', {
  key: 'uuid',
  kind: 'text',
  entry_id: 'uuid',
  terminal: 'uuid',
  chain: 'uuid',
  seq: 'bigint',
  number: 'bigint',
  hash: 'text',
  branch: 'uuid',
  legal_entity: 'uuid',
  business_date: 'date',
  at_ms: 'bigint',
  utc_offset: 'int',
  shift: 'uuid',
  cashier: 'text',
  customer: 'text',
  training: 'boolean',
  receipt_series: 'text',
  receipt_number: 'bigint',
  currency: 'text',
  net: 'bigint',
  tax: 'bigint',
  discount: 'bigint',
  gross: 'bigint',
  rounding: 'bigint',
  payable: 'bigint',
  taxes: 'text',
  voids: 'uuid',
  voided_kind: 'text',
});
const KNOWN = anyKnown('transaction_header', 'key');

/**
 * True when none of these is in the log and none is there twice. Only one worker replays a terminal's journal at a time
 * (its cursor is locked), so this stays true until the transaction ends; were it not, the key would refuse.
 */
export async function allNew(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<boolean> {
  const keys = new Set(facts.map((f) => f.key));
  return keys.size === facts.length && (await tx.bulk('known-headers', KNOWN, [uuidArray([...keys])])).length === 0;
}

/** Inserts headers of transactions that are `allNew`. */
export async function insertNewHeaders(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<void> {
  await tx.bulk('insert-new-headers', HEADERS, headerValues(facts));
}

/** Inserts headers, sorted by key so that concurrent batches cannot deadlock; returns those that were really new, in the given order. */
export async function insertHeaders(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<TransactionFacts[]> {
  if (facts.length === 0) return [];
  const sorted = [...facts].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const inserted = await tx.bulk<{ key: string }>(
    'insert-headers',
    `${HEADERS} ON CONFLICT (key) DO NOTHING RETURNING key`,
    headerValues(sorted),
  );
  const fresh = new Set(inserted.map((row) => row.key));
  // A batch may name one key twice (the same entry resent inside it): the first counts.
  return facts.filter((f) => fresh.delete(f.key));
}

const headerValues = (facts: readonly TransactionFacts[]): unknown[] => [
  uuidArray(facts.map((f) => f.key)),
  textArray(facts.map((f) => f.kind)),
  uuidArray(facts.map((f) => f.entry.id)),
  uuidArray(facts.map((f) => f.entry.terminal)),
  uuidArray(facts.map((f) => f.entry.chain)),
  bigintArray(facts.map((f) => f.entry.seq)),
  bigintArray(facts.map((f) => f.entry.number)),
  textArray(facts.map((f) => f.entry.hash)),
  uuidArray(facts.map((f) => f.branch)),
  uuidArray(facts.map((f) => f.legalEntity)),
  facts.map((f) => f.businessDate),
  bigintArray(facts.map((f) => f.at)),
  intArray(facts.map((f) => f.utcOffset)),
  uuidArray(facts.map((f) => f.shift ?? null)),
  textArray(facts.map((f) => f.cashier ?? null)),
  textArray(facts.map((f) => f.customer ?? null)),
  booleanArray(facts.map((f) => f.training ?? false)),
  textArray(facts.map((f) => f.receipt?.s ?? null)),
  bigintArray(facts.map((f) => f.receipt?.n ?? null)),
  textArray(facts.map((f) => f.currency)),
  bigintArray(facts.map((f) => f.net)),
  bigintArray(facts.map((f) => f.tax)),
  bigintArray(facts.map((f) => f.discount)),
  bigintArray(facts.map((f) => f.gross)),
  bigintArray(facts.map((f) => f.rounding)),
  bigintArray(facts.map((f) => f.payable)),
  textArray(facts.map((f) => JSON.stringify(f.taxes))),
  uuidArray(facts.map((f) => f.voids ?? null)),
  textArray(facts.map((f) => f.voidedKind ?? null)),
];

const LINES = insertRows('transaction_line', {
  key: 'uuid',
  n: 'int',
  product: 'uuid',
  variant: 'uuid',
  code: 'text',
  description: 'text',
  unit: 'text',
  quantity: 'bigint',
  unit_price: 'bigint',
  price_scale: 'int',
  price_source: 'text',
  discounts: 'text',
  tax_group: 'text',
  taxes: 'text',
  gross: 'bigint',
  original_entry: 'uuid',
  original_line: 'int',
});

/** Lines of transactions that are new: their headers were inserted in this transaction, so nothing can conflict. */
export async function insertLines(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<void> {
  const rows = facts.flatMap((f) => f.lines.map((line) => ({ key: f.key, line })));
  if (rows.length === 0) return;
  await tx.bulk('insert-lines', LINES, [
    uuidArray(rows.map((r) => r.key)),
    intArray(rows.map((r) => r.line.n)),
    uuidArray(rows.map((r) => r.line.product)),
    uuidArray(rows.map((r) => r.line.variant ?? null)),
    textArray(rows.map((r) => r.line.code)),
    textArray(rows.map((r) => r.line.description)),
    textArray(rows.map((r) => r.line.unit ?? null)),
    bigintArray(rows.map((r) => r.line.quantity)),
    bigintArray(rows.map((r) => r.line.unitPrice)),
    intArray(rows.map((r) => r.line.priceScale ?? null)),
    textArray(rows.map((r) => r.line.priceSource ?? null)),
    textArray(rows.map((r) => (r.line.discounts === undefined ? null : JSON.stringify(r.line.discounts)))),
    textArray(rows.map((r) => r.line.taxGroup)),
    textArray(rows.map((r) => JSON.stringify(r.line.taxes))),
    bigintArray(rows.map((r) => r.line.gross)),
    uuidArray(rows.map((r) => r.line.original?.entry ?? null)),
    intArray(rows.map((r) => r.line.original?.line ?? null)),
  ]);
}

const TENDERS = insertRows('transaction_tender', {
  key: 'uuid',
  n: 'int',
  id: 'uuid',
  type: 'text',
  tendered: 'bigint',
  applied: 'bigint',
  change: 'bigint',
  currency: 'text',
  detail: 'text',
});

/** Tenders of transactions that are new, as their lines are. */
export async function insertTenders(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<void> {
  const rows = facts.flatMap((f) => f.tenders.map((tender, index) => ({ key: f.key, n: index + 1, tender })));
  if (rows.length === 0) return;
  await tx.bulk('insert-tenders', TENDERS, [
    uuidArray(rows.map((r) => r.key)),
    intArray(rows.map((r) => r.n)),
    uuidArray(rows.map((r) => r.tender.id)),
    textArray(rows.map((r) => r.tender.ty)),
    bigintArray(rows.map((r) => r.tender.td)),
    bigintArray(rows.map((r) => r.tender.ap)),
    bigintArray(rows.map((r) => r.tender.ch ?? 0)),
    textArray(rows.map((r) => r.tender.cur)),
    textArray(rows.map((r) => tenderDetail(r.tender))),
  ]);
}

function tenderDetail({ fx, ref, auth }: TransactionFacts['tenders'][number]): string | null {
  return fx === undefined && ref === undefined && auth === undefined ? null : JSON.stringify({ fx, ref, auth });
}
