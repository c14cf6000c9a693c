import { GROWING_TABLE, migration, withoutStatistics } from '@nexus/tenancy-db';

/**
 * Stock is a sum of movements. A movement's key is that of the entry's effect and the line; a level is the sum, kept in
 * the same transaction. The only movement that may change is a count's: it is derived from those before its moment.
 */
export const stockMigration = migration({
  number: 100,
  name: 'stock',
  up: [
    `CREATE TABLE stock_movement (
      key uuid NOT NULL,
      line int NOT NULL,
      branch uuid NOT NULL,
      product uuid NOT NULL,
      quantity bigint NOT NULL,
      reason text NOT NULL,
      at_ms bigint NOT NULL,
      terminal uuid NOT NULL,
      number bigint NOT NULL,
      PRIMARY KEY (key, line)
    ) WITH (${GROWING_TABLE})`,
    withoutStatistics('stock_movement', ['quantity', 'reason', 'number']),
    `CREATE TABLE stock_level (
      branch uuid NOT NULL,
      product uuid NOT NULL,
      on_hand bigint NOT NULL,
      first_ms bigint NOT NULL,
      last_ms bigint NOT NULL,
      last_count_ms bigint,
      below boolean NOT NULL DEFAULT false,
      PRIMARY KEY (branch, product)
    )`,
    `CREATE TABLE stock_count (
      key uuid NOT NULL,
      line int NOT NULL,
      branch uuid NOT NULL,
      product uuid NOT NULL,
      counted bigint NOT NULL,
      at_ms bigint NOT NULL,
      opening boolean NOT NULL,
      terminal uuid NOT NULL,
      number bigint NOT NULL,
      PRIMARY KEY (key, line)
    )`,
    'CREATE INDEX stock_count_product ON stock_count (branch, product, at_ms)',
    `CREATE TABLE product (
      id uuid PRIMARY KEY,
      code text NOT NULL,
      description text NOT NULL,
      unit text NOT NULL,
      revision bigint NOT NULL
    )`,
    'CREATE INDEX product_code ON product (code)',
  ],
});
