import { migration } from '@nexus/tenancy-db';

/**
 * Which tenant and terminal a key belongs to: an upload is found by its key, before any tenant is known. Filled from
 * identity's events or by asking identity; a key never changes its owner, so the first row stands.
 */
export const terminalKeyMigration = migration({
  number: 100,
  name: 'terminal-key',
  up: [
    `CREATE TABLE terminal_key (
      key_id text PRIMARY KEY,
      tenant_id uuid NOT NULL,
      terminal uuid NOT NULL,
      public_key text NOT NULL,
      chain uuid,
      revoked_at timestamptz,
      seen_at timestamptz NOT NULL DEFAULT now()
    )`,
  ],
});
