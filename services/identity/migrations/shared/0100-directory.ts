import { migration } from '@nexus/tenancy-db';

/**
 * What identity must know before it knows the tenant: the directory of tenants, who holds which terminal key, one-time
 * codes, nonces, and who was revoked lately.
 */
export const directoryMigration = migration({
  number: 100,
  name: 'directory',
  up: [
    `CREATE TABLE tenant_directory (
      tenant_id uuid PRIMARY KEY,
      slug text NOT NULL,
      name text NOT NULL,
      state text NOT NULL CHECK (state IN ('reserved', 'provisioning', 'ready', 'failed')),
      provisioning_id uuid NOT NULL UNIQUE,
      organization_id text UNIQUE,
      cell text NOT NULL,
      country text NOT NULL,
      currency text NOT NULL,
      owner_email text NOT NULL,
      owner_name text,
      owner_subject text,
      request_key text UNIQUE,
      request_digest text NOT NULL,
      failure text,
      sweep_after timestamptz NOT NULL DEFAULT now(),
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      ready_at timestamptz
    )`,
    // A tenant that failed gives its slug back.
    `CREATE UNIQUE INDEX tenant_directory_slug ON tenant_directory (slug) WHERE state <> 'failed'`,
    `CREATE INDEX tenant_directory_unsettled ON tenant_directory (sweep_after) WHERE state IN ('reserved', 'provisioning')`,
    `CREATE TABLE enrolment_code (
      code_hash text PRIMARY KEY,
      tenant_id uuid NOT NULL,
      terminal_id uuid NOT NULL,
      expires_at timestamptz NOT NULL,
      key_id text,
      chain uuid,
      used_at timestamptz
    )`,
    'CREATE INDEX enrolment_code_expiry ON enrolment_code (expires_at)',
    `CREATE TABLE terminal_key_directory (
      key_id text PRIMARY KEY,
      tenant_id uuid NOT NULL,
      terminal_id uuid NOT NULL,
      public_key text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    )`,
    `CREATE TABLE terminal_nonce (
      nonce text PRIMARY KEY,
      key_id text NOT NULL,
      expires_at timestamptz NOT NULL
    )`,
    'CREATE INDEX terminal_nonce_expiry ON terminal_nonce (expires_at)',
    `CREATE TABLE revocation (
      tenant_id uuid NOT NULL,
      subject text NOT NULL,
      not_before timestamptz NOT NULL,
      PRIMARY KEY (tenant_id, subject)
    )`,
    'CREATE INDEX revocation_not_before ON revocation (not_before)',
  ],
});
