import { migration } from '../migration.ts';

/** What does not add up and waits for a person; `key` makes raising it again do nothing. */
export const exceptionMigration = migration({
  number: 1,
  name: 'exception',
  up: [
    `CREATE TABLE exception (
      id uuid PRIMARY KEY,
      key text NOT NULL UNIQUE,
      kind text NOT NULL,
      severity text NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
      branch uuid,
      terminal uuid,
      subject text,
      detail jsonb NOT NULL DEFAULT '{}',
      raised_at timestamptz NOT NULL DEFAULT now(),
      settled_at timestamptz,
      settled_by text,
      note text
    )`,
    'CREATE INDEX exception_open ON exception (raised_at DESC, id DESC) WHERE settled_at IS NULL',
    'CREATE INDEX exception_all ON exception (raised_at DESC, id DESC)',
  ],
});
