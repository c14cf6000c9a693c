/** Type of a column as its array is sent: see `pg-array.ts`. */
export type ColumnType = 'uuid' | 'text' | 'int' | 'bigint' | 'boolean' | 'date' | 'bytea';

/**
 * An INSERT of many rows, each column an array, in the columns' order: `$1` is the first. The arrays are unnested in the
 * list of what is selected, in step with each other: in FROM, PostgreSQL would first store each of them as a table.
 * All must be equally long: a shorter one would be filled up with nulls.
 */
export const insertRows = (table: string, columns: Readonly<Record<string, ColumnType>>): string =>
  `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) SELECT ${Object.values(columns)
    .map((type, index) => `unnest($${index + 1}::${type}[])`)
    .join(', ')}`;

/**
 * Says with one row whether any of the uuids in `$1` is in a column that an index begins with. One look at the index for
 * each, whatever the planner believes of a table that was empty when it was planned.
 */
export const anyKnown = (table: string, column: string): string =>
  `SELECT 1 AS known FROM unnest($1::uuid[]) AS asked (id),
     LATERAL (SELECT 1 FROM ${table} t WHERE t.${column} = asked.id LIMIT 1) AS found LIMIT 1`;
