import { migration, quoted } from '@nexus/tenancy-db';

const TABLES = [
  // One row. Whoever writes anything locks it first, so that revisions follow the order of commits.
  `CREATE TABLE catalogue (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      revision bigint NOT NULL DEFAULT 0,
      currency text,
      country text,
      default_tax_group text NOT NULL DEFAULT 'standard'
    )`,
  'INSERT INTO catalogue DEFAULT VALUES',

  `CREATE TABLE tax_group (
      code text COLLATE "C" PRIMARY KEY,
      name text NOT NULL,
      by_default boolean NOT NULL DEFAULT false,
      revision bigint NOT NULL
    )`,
  `CREATE TABLE tax_component (
      tax_group text COLLATE "C" NOT NULL REFERENCES tax_group ON DELETE CASCADE,
      ordinal smallint NOT NULL,
      code text NOT NULL,
      rate integer NOT NULL CHECK (rate >= 0),
      PRIMARY KEY (tax_group, ordinal)
    )`,
  // Until the country is known: no tax anywhere, by the names that every country's defaults have too.
  `INSERT INTO tax_group (code, name, by_default, revision) VALUES
      ('standard', 'Standard rate', true, 0), ('zero', 'Zero rate', true, 0), ('exempt', 'Exempt', true, 0)`,

  `CREATE TABLE product (
      id uuid PRIMARY KEY,
      code text COLLATE "C" NOT NULL CONSTRAINT product_code UNIQUE,
      description text NOT NULL,
      unit text NOT NULL,
      tax_group text COLLATE "C" NOT NULL REFERENCES tax_group,
      attributes jsonb NOT NULL DEFAULT '{}',
      active boolean NOT NULL DEFAULT true,
      revision bigint NOT NULL
    )`,
  'CREATE INDEX product_tax_group ON product (tax_group)',
  `CREATE TABLE variant (
      id uuid PRIMARY KEY,
      product uuid NOT NULL REFERENCES product,
      ordinal smallint NOT NULL,
      code text COLLATE "C" NOT NULL,
      attributes jsonb NOT NULL DEFAULT '{}',
      CONSTRAINT variant_code UNIQUE (product, code)
    )`,
  `CREATE TABLE barcode (
      barcode text COLLATE "C" CONSTRAINT barcode_taken PRIMARY KEY,
      product uuid NOT NULL REFERENCES product,
      variant uuid REFERENCES variant,
      ordinal smallint NOT NULL
    )`,
  'CREATE INDEX barcode_product ON barcode (product)',
  'CREATE INDEX barcode_variant ON barcode (variant) WHERE variant IS NOT NULL',
  `CREATE TABLE price (
      product uuid NOT NULL REFERENCES product,
      currency text NOT NULL,
      price_minor bigint NOT NULL CHECK (price_minor >= 0),
      PRIMARY KEY (product, currency)
    )`,
];

/** Names are compared byte for byte (`COLLATE "C"`): codes that differ only in case are different codes. */
export const catalogueMigration = migration({
  number: 100,
  name: 'catalogue',
  up: async (runner) => {
    for (const statement of TABLES) await runner.query(statement);
    // The extension's schema is wherever the database has it; no index where it is not there.
    const found = (await runner.query(
      "SELECT nspname AS home FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'pg_trgm'",
    )) as { home: string }[];
    const home = found[0] && quoted(found[0].home);
    if (home !== undefined)
      await runner.query(
        `CREATE INDEX product_search ON product USING gin (description ${home}.gin_trgm_ops, code ${home}.gin_trgm_ops)`,
      );
  },
});
