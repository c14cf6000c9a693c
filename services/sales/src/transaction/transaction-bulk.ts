import type { TransactionFacts } from '@nexus/contracts';
import { bigintArray, booleanArray, intArray, textArray, uuidArray, type TenantTx } from '@nexus/tenancy-db';

/*
 * The hot path of the transaction log: bulk statements over arrays in binary form, no query for each row.
 */

const HEADER = `INSERT INTO transaction_header
  (key, kind, entry_id, terminal, chain, seq, number, hash, branch, legal_entity, business_date, at_ms, utc_offset, shift,
   cashier, customer, training, receipt_series, receipt_number, currency, net, tax, discount, gross, rounding, payable, taxes, voids,
   voided_kind)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::bigint[], $8::text[],
    $9::uuid[], $10::uuid[], $11::date[], $12::bigint[], $13::int[], $14::uuid[], $15::text[], $16::text[], $17::boolean[],
    $18::text[], $19::bigint[], $20::text[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[],
    $26::bigint[], $27::text[], $28::uuid[], $29::text[])
  ON CONFLICT (key) DO NOTHING RETURNING key`;

/** Inserts headers, sorted by key so that concurrent batches cannot deadlock; returns those that were really new, in the given order. */
export async function insertHeaders(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<TransactionFacts[]> {
  if (facts.length === 0) return [];
  const sorted = [...facts].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const inserted = await tx.bulk<{ key: string }>('insert-headers', HEADER, [
    uuidArray(sorted.map((f) => f.key)),
    textArray(sorted.map((f) => f.kind)),
    uuidArray(sorted.map((f) => f.entry.id)),
    uuidArray(sorted.map((f) => f.entry.terminal)),
    uuidArray(sorted.map((f) => f.entry.chain)),
    bigintArray(sorted.map((f) => f.entry.seq)),
    bigintArray(sorted.map((f) => f.entry.number)),
    textArray(sorted.map((f) => f.entry.hash)),
    uuidArray(sorted.map((f) => f.branch)),
    uuidArray(sorted.map((f) => f.legalEntity)),
    sorted.map((f) => f.businessDate),
    bigintArray(sorted.map((f) => f.at)),
    intArray(sorted.map((f) => f.utcOffset)),
    uuidArray(sorted.map((f) => f.shift ?? null)),
    textArray(sorted.map((f) => f.cashier ?? null)),
    textArray(sorted.map((f) => f.customer ?? null)),
    booleanArray(sorted.map((f) => f.training ?? false)),
    textArray(sorted.map((f) => f.receipt?.s ?? null)),
    bigintArray(sorted.map((f) => f.receipt?.n ?? null)),
    textArray(sorted.map((f) => f.currency)),
    bigintArray(sorted.map((f) => f.net)),
    bigintArray(sorted.map((f) => f.tax)),
    bigintArray(sorted.map((f) => f.discount)),
    bigintArray(sorted.map((f) => f.gross)),
    bigintArray(sorted.map((f) => f.rounding)),
    bigintArray(sorted.map((f) => f.payable)),
    textArray(sorted.map((f) => JSON.stringify(f.taxes))),
    uuidArray(sorted.map((f) => f.voids ?? null)),
    textArray(sorted.map((f) => f.voidedKind ?? null)),
  ]);
  const fresh = new Set(inserted.map((row) => row.key));
  // A batch may name one key twice (the same entry resent inside it): the first counts.
  return facts.filter((f) => fresh.delete(f.key));
}

const LINES = `INSERT INTO transaction_line
  (key, n, product, variant, code, description, unit, quantity, unit_price, price_scale, price_source, discounts, tax_group,
   taxes, gross, original_entry, original_line)
  SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[],
    $9::bigint[], $10::int[], $11::text[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::uuid[], $17::int[])`;

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

const TENDERS = `INSERT INTO transaction_tender (key, n, id, type, tendered, applied, change, currency, detail)
  SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[])`;

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
