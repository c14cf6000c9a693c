import type { TransactionFacts } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';

/*
 * The hot path of the transaction log: bulk statements over arrays, no query for each row. Columns travel as arrays of
 * text where PostgreSQL's own cast is the cheapest way in.
 */

type Column<T> = (of: (row: T) => unknown) => unknown[];
const columns =
  <T>(rows: readonly T[]): Column<T> =>
  (of) =>
    rows.map(of);

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
  const of = columns(sorted);
  const inserted = await tx.bulk<{ key: string }>('insert-headers', HEADER, [
    of((f) => f.key),
    of((f) => f.kind),
    of((f) => f.entry.id),
    of((f) => f.entry.terminal),
    of((f) => f.entry.chain),
    of((f) => f.entry.seq),
    of((f) => f.entry.number),
    of((f) => f.entry.hash),
    of((f) => f.branch),
    of((f) => f.legalEntity),
    of((f) => f.businessDate),
    of((f) => f.at),
    of((f) => f.utcOffset),
    of((f) => f.shift ?? null),
    of((f) => f.cashier ?? null),
    of((f) => f.customer ?? null),
    of((f) => f.training ?? false),
    of((f) => f.receipt?.s ?? null),
    of((f) => f.receipt?.n ?? null),
    of((f) => f.currency),
    of((f) => f.net),
    of((f) => f.tax),
    of((f) => f.discount),
    of((f) => f.gross),
    of((f) => f.rounding),
    of((f) => f.payable),
    of((f) => JSON.stringify(f.taxes)),
    of((f) => f.voids ?? null),
    of((f) => f.voidedKind ?? null),
  ]);
  const fresh = new Set(inserted.map((row) => row.key));
  // A batch may name one key twice (the same entry resent inside it): the first counts.
  return facts.filter((f) => fresh.delete(f.key));
}

const LINES = `INSERT INTO transaction_line
  (key, n, product, variant, code, description, unit, quantity, unit_price, price_scale, price_source, discounts, tax_group,
   taxes, gross, original_entry, original_line)
  SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[],
    $9::bigint[], $10::int[], $11::text[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::uuid[], $17::int[])
  ON CONFLICT DO NOTHING`;

/** Lines of transactions that are new. */
export async function insertLines(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<void> {
  const rows = facts.flatMap((f) => f.lines.map((line) => ({ key: f.key, line })));
  if (rows.length === 0) return;
  const of = columns(rows);
  await tx.bulk('insert-lines', LINES, [
    of((r) => r.key),
    of((r) => r.line.n),
    of((r) => r.line.product),
    of((r) => r.line.variant ?? null),
    of((r) => r.line.code),
    of((r) => r.line.description),
    of((r) => r.line.unit ?? null),
    of((r) => r.line.quantity),
    of((r) => r.line.unitPrice),
    of((r) => r.line.priceScale ?? null),
    of((r) => r.line.priceSource ?? null),
    of((r) => (r.line.discounts === undefined ? null : JSON.stringify(r.line.discounts))),
    of((r) => r.line.taxGroup),
    of((r) => JSON.stringify(r.line.taxes)),
    of((r) => r.line.gross),
    of((r) => r.line.original?.entry ?? null),
    of((r) => r.line.original?.line ?? null),
  ]);
}

const TENDERS = `INSERT INTO transaction_tender (key, n, id, type, tendered, applied, change, currency, detail)
  SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[])
  ON CONFLICT DO NOTHING`;

/** Tenders of transactions that are new. */
export async function insertTenders(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<void> {
  const rows = facts.flatMap((f) => f.tenders.map((tender, index) => ({ key: f.key, n: index + 1, tender })));
  if (rows.length === 0) return;
  const of = columns(rows);
  await tx.bulk('insert-tenders', TENDERS, [
    of((r) => r.key),
    of((r) => r.n),
    of((r) => r.tender.id),
    of((r) => r.tender.ty),
    of((r) => r.tender.td),
    of((r) => r.tender.ap),
    of((r) => r.tender.ch ?? 0),
    of((r) => r.tender.cur),
    of((r) => tenderDetail(r.tender)),
  ]);
}

function tenderDetail({ fx, ref, auth }: TransactionFacts['tenders'][number]): string | null {
  return fx === undefined && ref === undefined && auth === undefined ? null : JSON.stringify({ fx, ref, auth });
}
