import { migration } from '@nexus/tenancy-db';

/**
 * What tills keep a copy of, whole state each. Positions are given under the lock of `till_head`, so a reader that saw
 * one has seen every lower one; a batch's stamp tells cursors of this copy from those of one that was lost.
 */
export const tillViewMigration = migration({
  number: 120,
  name: 'till-view',
  up: [
    `CREATE TABLE till_row (
      kind text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      position bigint NOT NULL,
      item text NOT NULL,
      PRIMARY KEY (kind, id)
    )`,
    'CREATE INDEX till_row_position ON till_row (position)',
    `CREATE TABLE till_head (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      position bigint NOT NULL DEFAULT 0
    )`,
    'INSERT INTO till_head DEFAULT VALUES',
    `CREATE TABLE till_batch (
      position bigint PRIMARY KEY,
      stamp uuid NOT NULL
    )`,
  ],
});
