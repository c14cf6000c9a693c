import { GROWING_TABLE, migration, withoutStatistics } from '@nexus/tenancy-db';

/** Columns that are shown and summed, and by which nothing is looked for. */
const UNSOUGHT = {
  header: [
    ...[
      'seq',
      'hash',
      'legal_entity',
      'at_ms',
      'utc_offset',
      'shift',
      'cashier',
      'customer',
      'receipt_series',
      'currency',
    ],
    ...['net', 'tax', 'discount', 'gross', 'rounding', 'payable', 'taxes', 'voids'],
  ],
  line: [
    ...['variant', 'code', 'description', 'unit', 'quantity', 'unit_price', 'price_scale', 'price_source', 'discounts'],
    ...['tax_group', 'taxes', 'gross', 'original_entry', 'original_line'],
  ],
  tender: ['id', 'type', 'tendered', 'applied', 'change', 'currency', 'detail'],
};

/**
 * Projections of the transaction log. The hot tables have one index each, by a key that grows with time; reports have
 * tables of their own.
 */
export const transactionLogMigration = migration({
  number: 100,
  name: 'transaction-log',
  up: [
    `CREATE TABLE transaction_header (
      key uuid PRIMARY KEY,
      kind text NOT NULL,
      entry_id uuid NOT NULL,
      terminal uuid NOT NULL,
      chain uuid NOT NULL,
      seq bigint NOT NULL,
      number bigint NOT NULL,
      hash text NOT NULL,
      branch uuid NOT NULL,
      legal_entity uuid NOT NULL,
      business_date date NOT NULL,
      at_ms bigint NOT NULL,
      utc_offset int NOT NULL,
      shift uuid,
      cashier text,
      customer text,
      training boolean NOT NULL,
      receipt_series text,
      receipt_number bigint,
      currency char(3) NOT NULL,
      net bigint NOT NULL,
      tax bigint NOT NULL,
      discount bigint NOT NULL,
      gross bigint NOT NULL,
      rounding bigint NOT NULL,
      payable bigint NOT NULL,
      taxes text NOT NULL,
      voids uuid,
      voided_kind text,
      voided_by uuid
    ) WITH (${GROWING_TABLE})`,
    withoutStatistics('transaction_header', UNSOUGHT.header),
    // Returns and post-voids name their original by its entry id. Those ids grow with time, so this index stays cheap.
    'CREATE INDEX transaction_entry ON transaction_header (entry_id)',
    `CREATE TABLE transaction_line (
      key uuid NOT NULL,
      n int NOT NULL,
      product uuid NOT NULL,
      variant uuid,
      code text NOT NULL,
      description text NOT NULL,
      unit text,
      quantity bigint NOT NULL,
      unit_price bigint NOT NULL,
      price_scale int,
      price_source text,
      discounts text,
      tax_group text NOT NULL,
      taxes text NOT NULL,
      gross bigint NOT NULL,
      original_entry uuid,
      original_line int,
      PRIMARY KEY (key, n)
    ) WITH (${GROWING_TABLE})`,
    withoutStatistics('transaction_line', UNSOUGHT.line),
    `CREATE TABLE transaction_tender (
      key uuid NOT NULL,
      n int NOT NULL,
      id uuid NOT NULL,
      type text NOT NULL,
      tendered bigint NOT NULL,
      applied bigint NOT NULL,
      change bigint NOT NULL,
      currency char(3) NOT NULL,
      detail text,
      PRIMARY KEY (key, n)
    ) WITH (${GROWING_TABLE})`,
    withoutStatistics('transaction_tender', UNSOUGHT.tender),
    `CREATE TABLE day_total (
      branch uuid NOT NULL,
      business_date date NOT NULL,
      terminal uuid NOT NULL,
      currency char(3) NOT NULL,
      kind text NOT NULL,
      transactions bigint NOT NULL,
      lines bigint NOT NULL,
      units bigint NOT NULL,
      net bigint NOT NULL,
      tax bigint NOT NULL,
      gross bigint NOT NULL,
      PRIMARY KEY (branch, business_date, terminal, currency, kind)
    )`,
    `CREATE TABLE returned_line (
      original_entry uuid NOT NULL,
      original_line int NOT NULL,
      quantity bigint NOT NULL,
      PRIMARY KEY (original_entry, original_line)
    )`,
    // What points at an entry that is not here yet; it closes itself when the other arrives.
    `CREATE TABLE open_reference (
      original_entry uuid NOT NULL,
      key uuid NOT NULL,
      kind text NOT NULL,
      fact text NOT NULL,
      opened_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (original_entry, key)
    )`,
    `CREATE TABLE shift_record (
      key uuid PRIMARY KEY,
      kind text NOT NULL,
      entry_id uuid NOT NULL,
      terminal uuid NOT NULL,
      number bigint NOT NULL,
      branch uuid NOT NULL,
      business_date date NOT NULL,
      at_ms bigint NOT NULL,
      shift uuid,
      cashier text,
      currency char(3),
      amount bigint,
      detail text NOT NULL
    )`,
    'CREATE INDEX shift_record_shift ON shift_record (shift, at_ms)',
  ],
});
