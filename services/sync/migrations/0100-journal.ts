import { GROWING_TABLE, migration, withoutStatistics } from '@nexus/tenancy-db';

/**
 * The electronic journal. Entries and uploads are only ever added. Every upload locks its terminal's row, so numbers
 * are dense for each terminal in the order of commits; segments say where runs of sequences lie among the numbers.
 */
export const journalMigration = migration({
  number: 100,
  name: 'journal',
  appendOnly: ['journal_page', 'journal_upload'],
  up: [
    // One row. A journal that was restored from an older copy gets a new epoch.
    `CREATE TABLE journal_epoch (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      epoch int NOT NULL DEFAULT 1,
      reason text,
      changed_at timestamptz NOT NULL DEFAULT now()
    )`,
    'INSERT INTO journal_epoch DEFAULT VALUES',

    // `held_from`: numbers from here on came after the revocation and wait for a person's release.
    // `reported_at` is the device time of the header that head and unsent were last taken from, epoch milliseconds.
    `CREATE TABLE terminal (
      id uuid PRIMARY KEY,
      branch uuid,
      legal_entity uuid,
      ordinal int,
      name text,
      key_id text,
      public_key text,
      chain uuid,
      revoked_at timestamptz,
      number bigint NOT NULL DEFAULT 0,
      held_from bigint,
      waiting int NOT NULL DEFAULT 0,
      duplicates bigint NOT NULL DEFAULT 0,
      head_chain uuid,
      head_seq bigint NOT NULL DEFAULT 0,
      head_hash bytea,
      unsent_count bigint NOT NULL DEFAULT 0,
      unsent_gross bigint NOT NULL DEFAULT 0,
      unsent_currency text,
      unsent_oldest bigint,
      reported_at bigint NOT NULL DEFAULT 0,
      last_contact timestamptz
    ) WITH (fillfactor = 50)`,

    `CREATE TABLE announced_chain (
      terminal uuid NOT NULL,
      chain uuid NOT NULL,
      how text NOT NULL CHECK (how IN ('enrolment', 'reset')),
      announced_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (terminal, chain)
    )`,

    // The lines, in pages: those that got their numbers together and stand one behind the other, packed as they came.
    // `hashes`: 32 bytes for each line; `kinds`: separated by commas, nothing where no consumer is given the line; `body`:
    // zstd of NDJSON, `size` bytes when it is open. No other index and no foreign key: rows and indexes are what a sale costs.
    `CREATE TABLE journal_page (
      terminal uuid NOT NULL,
      last_number bigint NOT NULL,
      first_number bigint NOT NULL,
      chain uuid NOT NULL,
      first_seq bigint NOT NULL,
      size int NOT NULL,
      hashes bytea NOT NULL,
      kinds text NOT NULL,
      body bytea NOT NULL,
      PRIMARY KEY (terminal, last_number),
      CHECK (first_number <= last_number AND octet_length(hashes) = 32 * (last_number - first_number + 1))
    ) WITH (${GROWING_TABLE})`,
    // Neither gets smaller by what PostgreSQL would try.
    'ALTER TABLE journal_page ALTER hashes SET STORAGE EXTERNAL, ALTER body SET STORAGE EXTERNAL',
    withoutStatistics('journal_page', ['first_seq', 'size', 'hashes', 'kinds', 'body']),

    // Runs of lines whose sequences and numbers are both contiguous. `parent` holds the line before the first; without
    // one the run begins its chain or stands behind a gap.
    `CREATE TABLE journal_segment (
      id uuid PRIMARY KEY,
      terminal uuid NOT NULL,
      chain uuid NOT NULL,
      first_seq bigint NOT NULL,
      last_seq bigint NOT NULL,
      first_number bigint NOT NULL,
      first_prev bytea,
      last_hash bytea NOT NULL,
      parent uuid
    ) WITH (fillfactor = 50)`,
    'CREATE INDEX journal_segment_chain ON journal_segment (terminal, chain)',

    // What the terminal signed, for ever: header bytes, signature and the key's id.
    `CREATE TABLE journal_upload (
      terminal uuid NOT NULL,
      chain uuid NOT NULL,
      first_seq bigint NOT NULL,
      id uuid NOT NULL,
      count int NOT NULL,
      head_hash bytea NOT NULL,
      key_id text NOT NULL,
      signature bytea NOT NULL,
      header bytea NOT NULL,
      by_file boolean NOT NULL DEFAULT false,
      received_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (terminal, chain, first_seq, id)
    )`,

    // Lines that came before what they follow: stored and acknowledged, not numbered yet.
    `CREATE TABLE journal_waiting (
      terminal uuid NOT NULL,
      chain uuid NOT NULL,
      seq bigint NOT NULL,
      hash bytea NOT NULL,
      prev bytea,
      kind text,
      line bytea NOT NULL,
      arrived_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (terminal, chain, seq, hash)
    ) WITH (toast_tuple_target = 8160)`,
  ],
});
