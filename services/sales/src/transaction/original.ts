import type { TransactionFacts } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';

interface HeaderRow {
  key: string;
  kind: TransactionFacts['kind'];
  entry_id: string;
  terminal: string;
  chain: string;
  seq: string;
  number: string;
  hash: string;
  branch: string;
  legal_entity: string;
  business_date: string;
  at_ms: string;
  utc_offset: number;
  shift: string | null;
  cashier: string | null;
  customer: string | null;
  training: boolean;
  receipt_series: string | null;
  receipt_number: string | null;
  currency: string;
  net: string;
  tax: string;
  discount: string;
  gross: string;
  rounding: string;
  payable: string;
  taxes: string;
}

interface LineRow {
  key: string;
  n: number;
  product: string;
  variant: string | null;
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

const HEADER_COLUMNS = `key, kind, entry_id, terminal, chain, seq, number, hash, branch, legal_entity,
  business_date::text AS business_date, at_ms, utc_offset, shift, cashier, customer, training, receipt_series, receipt_number,
  currency, net, tax, discount, gross, rounding, payable, taxes`;

/** Sales and returns by the ids of their entries, as facts (without tenders), for post-voids and returns that name them. */
export async function readOriginals(tx: TenantTx, entryIds: readonly string[]): Promise<Map<string, TransactionFacts>> {
  const found = new Map<string, TransactionFacts>();
  if (entryIds.length === 0) return found;
  const headers = await tx.query<HeaderRow>(
    `SELECT ${HEADER_COLUMNS} FROM transaction_header WHERE entry_id = ANY($1::uuid[]) AND kind <> 'post-void'`,
    [entryIds],
  );
  if (headers.length === 0) return found;
  const lines = await tx.query<LineRow>(
    `SELECT key, n, product, variant, code, description, unit, quantity, unit_price, price_scale, price_source, discounts,
       tax_group, taxes, gross, original_entry, original_line
     FROM transaction_line WHERE key = ANY($1::uuid[]) ORDER BY key, n`,
    [headers.map((header) => header.key)],
  );
  for (const header of headers) {
    const own = lines.filter((line) => line.key === header.key);
    found.set(header.entry_id, factsOfRows(header, own));
  }
  return found;
}

function factsOfRows(h: HeaderRow, lines: readonly LineRow[]): TransactionFacts {
  return {
    key: h.key,
    kind: h.kind,
    entry: {
      id: h.entry_id,
      terminal: h.terminal,
      chain: h.chain,
      seq: Number(h.seq),
      hash: h.hash,
      number: Number(h.number),
    },
    branch: h.branch,
    legalEntity: h.legal_entity,
    businessDate: h.business_date,
    at: Number(h.at_ms),
    utcOffset: h.utc_offset,
    ...(h.shift === null ? {} : { shift: h.shift }),
    ...(h.cashier === null ? {} : { cashier: h.cashier }),
    ...(h.customer === null ? {} : { customer: h.customer }),
    ...(h.training ? { training: true as const } : {}),
    ...(h.receipt_series === null ? {} : { receipt: { s: h.receipt_series, n: Number(h.receipt_number) } }),
    currency: h.currency,
    net: Number(h.net),
    tax: Number(h.tax),
    discount: Number(h.discount),
    gross: Number(h.gross),
    rounding: Number(h.rounding),
    payable: Number(h.payable),
    taxes: JSON.parse(h.taxes) as TransactionFacts['taxes'],
    lines: lines.map(lineFactsOfRow),
    tenders: [],
  };
}

function lineFactsOfRow(l: LineRow): TransactionFacts['lines'][number] {
  return {
    n: l.n,
    product: l.product,
    ...(l.variant === null ? {} : { variant: l.variant }),
    code: l.code,
    description: l.description,
    ...(l.unit === null ? {} : { unit: l.unit }),
    quantity: Number(l.quantity),
    unitPrice: Number(l.unit_price),
    ...(l.price_scale === null ? {} : { priceScale: l.price_scale }),
    ...(l.price_source === null ? {} : { priceSource: l.price_source }),
    ...(l.discounts === null
      ? {}
      : { discounts: JSON.parse(l.discounts) as TransactionFacts['lines'][number]['discounts'] }),
    taxGroup: l.tax_group,
    taxes: JSON.parse(l.taxes) as TransactionFacts['lines'][number]['taxes'],
    gross: Number(l.gross),
    ...(l.original_entry === null || l.original_line === null
      ? {}
      : { original: { entry: l.original_entry, line: l.original_line } }),
  };
}
