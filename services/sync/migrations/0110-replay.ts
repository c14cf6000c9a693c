import { migration } from '@nexus/tenancy-db';

/** Which terminals have entries that not every consumer has taken, and who stands where. */
export const replayMigration = migration({
  number: 110,
  name: 'replay',
  up: [
    // `signalled_at`: a wake-up of the replay is outstanding since then. `asleep_until`: its run sleeps at most so long
    // and goes on by itself; only news wakes it earlier.
    `CREATE TABLE dirty_terminal (
      terminal uuid PRIMARY KEY,
      dirty_at timestamptz NOT NULL DEFAULT now(),
      signalled_at timestamptz,
      asleep_until timestamptz
    )`,
    `CREATE TABLE replay_cursor (
      terminal uuid NOT NULL,
      service text NOT NULL,
      epoch int NOT NULL,
      number bigint NOT NULL,
      passed_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (terminal, service)
    )`,
    // Branches whose nightly reconciliation is on Temporal's schedule.
    `CREATE TABLE branch_schedule (
      branch uuid PRIMARY KEY,
      ensured_at timestamptz NOT NULL DEFAULT now()
    )`,
  ],
});
