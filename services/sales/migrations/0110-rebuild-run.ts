import { migration } from '@nexus/tenancy-db';

/** Rebuilds of the projections: how far each is and what came out. One runs at a time. */
export const rebuildRunMigration = migration({
  number: 110,
  name: 'rebuild-run',
  up: [
    `CREATE TABLE rebuild_run (
      id uuid PRIMARY KEY,
      state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
      events int NOT NULL DEFAULT 0,
      report jsonb,
      error text,
      started_at timestamptz NOT NULL DEFAULT now(),
      beat_at timestamptz NOT NULL DEFAULT now()
    )`,
    `CREATE UNIQUE INDEX rebuild_run_one ON rebuild_run ((true)) WHERE state = 'running'`,
  ],
});
