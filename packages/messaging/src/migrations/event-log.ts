import { migration } from '@nexus/tenancy-db';

/** First id of UUID version 7 that can be made in a year, as a partition's bound. */
export function yearBound(year: number): string {
  const hex = Date.UTC(year, 0, 1).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** Facts are packed already where it is worth it: the database's own packing would only cost CPU. Not inherited. */
export const asTheyAre = (table: string): string =>
  `ALTER TABLE ${table} ALTER COLUMN data SET STORAGE EXTERNAL, ALTER COLUMN packed SET STORAGE EXTERNAL`;

/**
 * The event log: append-only and partitioned by the year in the event's id. Its positions are given after commit, in a
 * table of their own, so that the log is never updated and no reader can pass a row that commits late.
 */
export const eventLogMigration = migration({
  number: 10,
  name: 'event-log',
  appendOnly: ['event_log', 'event_position'],
  up: async (runner) => {
    const run = (sql: string) => runner.query(sql);
    await run(`CREATE TABLE event_log (
      event_id uuid NOT NULL PRIMARY KEY,
      kind text NOT NULL,
      version int NOT NULL,
      at timestamptz NOT NULL DEFAULT clock_timestamp(),
      trace text,
      data text,
      packed bytea,
      size int NOT NULL,
      CHECK (num_nonnulls(data, packed) = 1)
    ) PARTITION BY RANGE (event_id)`);
    const year = new Date().getUTCFullYear();
    for (const y of [year, year + 1]) {
      await run(
        `CREATE TABLE event_log_${y} PARTITION OF event_log FOR VALUES FROM ('${yearBound(y)}') TO ('${yearBound(y + 1)}')`,
      );
    }
    await run('CREATE TABLE event_log_rest PARTITION OF event_log DEFAULT');
    for (const table of [`event_log_${year}`, `event_log_${year + 1}`, 'event_log_rest']) {
      await run(asTheyAre(table));
    }
    await run('CREATE TABLE event_pending (event_id uuid PRIMARY KEY)');
    await run('CREATE TABLE event_position (position bigint PRIMARY KEY, event_id uuid NOT NULL)');
    await run(`CREATE TABLE event_head (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      epoch int NOT NULL DEFAULT 1,
      position bigint NOT NULL DEFAULT 0,
      event_id uuid,
      published bigint NOT NULL DEFAULT 0
    )`);
    await run('INSERT INTO event_head DEFAULT VALUES');
  },
});

/** Where this service stands in other services' logs, and what it could not digest. */
export const consumerMigration = migration({
  number: 11,
  name: 'consumer',
  up: [
    `CREATE TABLE consumer_cursor (
      source text PRIMARY KEY,
      epoch int NOT NULL DEFAULT 0,
      position bigint NOT NULL DEFAULT 0,
      event_id uuid
    )`,
    `CREATE TABLE failed_message (
      source text NOT NULL,
      event_id uuid NOT NULL,
      kind text NOT NULL,
      envelope text NOT NULL,
      error text NOT NULL,
      attempts int NOT NULL,
      failed_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (source, event_id)
    )`,
  ],
});

/** Shared: heads of the logs that had news, for the sweep by which consumers notice that they are behind. */
export const recentHeadMigration = migration({
  number: 10,
  name: 'recent-head',
  up: [
    `CREATE TABLE recent_head (
      tenant_id uuid PRIMARY KEY,
      epoch int NOT NULL,
      position bigint NOT NULL,
      event_id uuid,
      changed_at timestamptz NOT NULL DEFAULT now()
    )`,
    'CREATE INDEX recent_head_changed ON recent_head (changed_at)',
  ],
});

/** To be put before every service's own tenant migrations. */
export const messagingTenantMigrations = [eventLogMigration, consumerMigration];
/** To be put before every service's own shared migrations. */
export const messagingSharedMigrations = [recentHeadMigration];
