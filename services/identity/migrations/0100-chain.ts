import { migration } from '@nexus/tenancy-db';

/** One chain: its legal entities, brands, branches, staff with their roles, terminals, and commands already done. */
export const chainMigration = migration({
  number: 100,
  name: 'chain',
  up: [
    `CREATE TABLE legal_entity (
      id uuid PRIMARY KEY,
      name text NOT NULL,
      tax_number text,
      country text NOT NULL,
      currency text NOT NULL,
      fiscal_year_start text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    )`,
    `CREATE TABLE brand (
      id uuid PRIMARY KEY,
      name text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    )`,
    `CREATE TABLE branch (
      id uuid PRIMARY KEY,
      index integer NOT NULL UNIQUE,
      name text NOT NULL,
      legal_entity uuid NOT NULL REFERENCES legal_entity (id),
      brand uuid REFERENCES brand (id),
      zone text NOT NULL,
      day_cutoff_minutes integer NOT NULL CHECK (day_cutoff_minutes BETWEEN 0 AND 1439),
      created_at timestamptz NOT NULL DEFAULT now()
    )`,
    'CREATE INDEX branch_legal_entity ON branch (legal_entity)',
    `CREATE TABLE terminal (
      id uuid PRIMARY KEY,
      index integer NOT NULL UNIQUE,
      name text NOT NULL,
      branch uuid NOT NULL REFERENCES branch (id),
      key_id text UNIQUE,
      public_key text,
      chain uuid,
      enrolled_at timestamptz,
      revoked_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      CHECK ((key_id IS NULL) = (public_key IS NULL))
    )`,
    'CREATE INDEX terminal_branch ON terminal (branch, index)',
    `CREATE TABLE staff (
      id uuid PRIMARY KEY,
      subject text UNIQUE,
      code text NOT NULL UNIQUE,
      name text NOT NULL,
      email text,
      active boolean NOT NULL DEFAULT true,
      created_at timestamptz NOT NULL DEFAULT now()
    )`,
    `CREATE TABLE role_grant (
      id uuid PRIMARY KEY,
      staff uuid NOT NULL REFERENCES staff (id),
      role text NOT NULL,
      scope_kind text NOT NULL CHECK (scope_kind IN ('chain', 'legal-entity', 'branch')),
      scope_id uuid,
      created_at timestamptz NOT NULL DEFAULT now(),
      CHECK ((scope_kind = 'chain') = (scope_id IS NULL)),
      UNIQUE NULLS NOT DISTINCT (staff, role, scope_kind, scope_id)
    )`,
    `CREATE TABLE command (
      key text PRIMARY KEY,
      digest text NOT NULL,
      result jsonb NOT NULL,
      done_at timestamptz NOT NULL DEFAULT now()
    )`,
    'CREATE INDEX command_done ON command (done_at)',
    // Platform operators who worked in this chain: the chain can read it, nobody can change it.
    `CREATE TABLE operator_access (
      id uuid PRIMARY KEY,
      operator text NOT NULL,
      at timestamptz NOT NULL DEFAULT now()
    )`,
  ],
  appendOnly: ['operator_access'],
});
