import { describe, expect, test } from '@jest/globals';
import { contractionsIn } from './expand-only.ts';

const reasons = async (...statements: string[]): Promise<string[]> =>
  (await contractionsIn(statements)).map(({ reason }) => reason);

describe('expands', () => {
  test.each([
    'CREATE TABLE a (b int PRIMARY KEY)',
    'CREATE TABLE a_2026 PARTITION OF a DEFAULT',
    'CREATE EXTENSION IF NOT EXISTS pg_trgm',
    'CREATE INDEX i ON a (b)',
    'ALTER TABLE a ADD COLUMN b text',
    'ALTER TABLE a ADD COLUMN b int NOT NULL DEFAULT 0, ADD COLUMN c uuid',
    'ALTER TABLE a ALTER COLUMN b SET DEFAULT 7',
    'ALTER TABLE a ALTER COLUMN b DROP NOT NULL',
    'ALTER TABLE a ALTER COLUMN b SET STATISTICS 0, ALTER COLUMN b SET STORAGE EXTERNAL',
    "INSERT INTO a VALUES (1); COMMENT ON TABLE a IS 'x'",
    'GRANT SELECT ON a TO PUBLIC',
  ])('%s', async (statement) => {
    expect(await reasons(statement)).toEqual([]);
  });

  test('a table that the migration makes itself is its own', async () => {
    const made = 'CREATE TABLE a (b int)';
    expect(await reasons(made, 'CREATE UNIQUE INDEX i ON a (b)', 'ALTER TABLE a ALTER COLUMN b SET NOT NULL')).toEqual(
      [],
    );
    expect(await reasons('CREATE UNIQUE INDEX i ON a (b)', made)).toHaveLength(1);
  });
});

describe('contracts', () => {
  test.each([
    ['DROP TABLE a', 'DropStmt is no expansion'],
    ['DROP INDEX i', 'DropStmt is no expansion'],
    ['TRUNCATE a', 'TruncateStmt is no expansion'],
    ['UPDATE a SET b = 1', 'UpdateStmt is no expansion'],
    ['DELETE FROM a', 'DeleteStmt is no expansion'],
    ['ALTER TABLE a RENAME TO c', 'RenameStmt is no expansion'],
    ['ALTER TABLE a RENAME COLUMN b TO c', 'RenameStmt is no expansion'],
    ['ALTER TABLE a DROP COLUMN b', 'AT_DropColumn is no expansion'],
    ['ALTER TABLE a ALTER COLUMN b TYPE bigint', 'AT_AlterColumnType is no expansion'],
    ['ALTER TABLE a ALTER COLUMN b SET NOT NULL', 'AT_SetNotNull is no expansion'],
    ['ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0)', 'AT_AddConstraint is no expansion'],
    ['ALTER TABLE a ALTER COLUMN b DROP DEFAULT', 'a default is taken away'],
    ['REVOKE SELECT ON a FROM PUBLIC', 'rights are taken away'],
    ['DO $$ BEGIN DROP TABLE a; END $$', 'DoStmt is no expansion'],
    ['CREATE UNIQUE INDEX i ON a (b)', 'a unique index may refuse rows that the version before writes'],
    ['ALTER TABLE a ADD COLUMN b int NOT NULL', 'column b must be given, which the version before does not do'],
    [
      'ALTER TABLE a ADD COLUMN b int UNIQUE',
      'column b is unique, which may refuse rows that the version before writes',
    ],
  ])('%s', async (statement, reason) => {
    expect(await reasons(statement)).toEqual([reason]);
  });

  test('one harmful command among harmless ones is found, and named with its statement', async () => {
    expect(await contractionsIn(['CREATE TABLE x (y int)', 'ALTER TABLE a ADD COLUMN c int, DROP COLUMN b'])).toEqual([
      { statement: 'ALTER TABLE a ADD COLUMN c int, DROP COLUMN b', reason: 'AT_DropColumn is no expansion' },
    ]);
  });
});
