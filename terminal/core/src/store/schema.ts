/**
 * The till's own tables, as steps that bring any older till up; `PRAGMA user_version` counts them. A released step never
 * changes. The journal is the truth here too: `sale`, `cash_movement`, `shift` and `stock` are what a till must look up
 * quickly, written in the same transaction as their entry.
 */
export const SCHEMA_STEPS: readonly string[] = [
  `
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- One row for each chain this device has written; the newest is written to.
CREATE TABLE chain (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  -- What the server stores without a hole of this device's own entries, as far as its answers tell.
  acknowledged INTEGER NOT NULL DEFAULT 0,
  -- What its last answer said, word for word, and the epoch it said it in (0: no answer yet).
  told INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE journal_entry (
  chain_no INTEGER NOT NULL REFERENCES chain (no),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  -- Running totals of the chain, this entry included, so that the difference of two rows says what lies between.
  sales_through INTEGER NOT NULL,
  gross_through INTEGER NOT NULL,
  receipts_through INTEGER NOT NULL,
  hlc_wall INTEGER NOT NULL,
  hlc_counter INTEGER NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (chain_no, seq)
);

-- How much the server had acknowledged in each hour of its own time: retention counts from there.
CREATE TABLE acknowledgement (
  chain_no INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  through INTEGER NOT NULL,
  PRIMARY KEY (chain_no, hour)
) WITHOUT ROWID;

CREATE TABLE shift (
  id TEXT PRIMARY KEY,
  business_date TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  drawer TEXT NOT NULL,
  cashier TEXT NOT NULL,
  currency TEXT NOT NULL
) WITHOUT ROWID;

-- What moved cash in a drawer, signed; the expected cash of a shift is their sum.
CREATE TABLE cash_movement (
  entry TEXT PRIMARY KEY,
  shift TEXT NOT NULL,
  drawer TEXT NOT NULL,
  kind TEXT NOT NULL,
  amount INTEGER NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX cash_movement_shift ON cash_movement (shift);

CREATE TABLE sale (
  entry TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  shift TEXT NOT NULL,
  receipt_series TEXT NOT NULL,
  receipt INTEGER NOT NULL,
  gross INTEGER NOT NULL,
  cash INTEGER NOT NULL,
  at INTEGER NOT NULL,
  prints INTEGER NOT NULL DEFAULT 0,
  voided_by TEXT
) WITHOUT ROWID;
CREATE INDEX sale_shift ON sale (shift);
CREATE INDEX sale_receipt ON sale (receipt_series, receipt);

-- How much of a line sold came back, and what was refunded for it.
CREATE TABLE returned_line (
  entry TEXT NOT NULL,
  line INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  gross INTEGER NOT NULL,
  PRIMARY KEY (entry, line)
) WITHOUT ROWID;

-- This till's own view of the shelf: what it sold, took back and counted itself. Thousandths.
CREATE TABLE stock (
  product TEXT NOT NULL,
  variant TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (product, variant)
) WITHOUT ROWID;

CREATE TABLE product (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  code TEXT NOT NULL,
  revision INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  active INTEGER NOT NULL,
  facts TEXT NOT NULL
);
CREATE INDEX product_code ON product (code);
CREATE TABLE product_barcode (
  barcode TEXT NOT NULL,
  product_no INTEGER NOT NULL,
  PRIMARY KEY (barcode, product_no)
) WITHOUT ROWID;
CREATE INDEX product_barcode_product ON product_barcode (product_no);
CREATE VIRTUAL TABLE product_search USING fts5 (code, description, content = '', contentless_delete = 1);

-- Other things the feed brings, whole state by kind and id: tax groups, staff, the branch, other terminals.
CREATE TABLE fact (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  generation INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;
`,
];
