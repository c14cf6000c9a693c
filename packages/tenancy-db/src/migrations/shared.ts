import { migration } from '../migration.ts';

/**
 * The shared schema of every service: which tenants have a schema here and who made it, and the doorbell, an insert-only
 * table that says which tenants have news for the relay, so that idle tenants cost nothing.
 */
export const sharedMigration = migration({
  number: 1,
  name: 'tenant-and-doorbell',
  up: [
    `CREATE TABLE tenant (
      tenant_id uuid PRIMARY KEY,
      provisioning_id uuid NOT NULL,
      state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'behind')),
      schema_version text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      migrated_at timestamptz NOT NULL DEFAULT now()
    )`,
    `CREATE TABLE doorbell (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant_id uuid NOT NULL,
      topic text NOT NULL,
      rung_at timestamptz NOT NULL DEFAULT now()
    )`,
    'CREATE INDEX doorbell_rung ON doorbell (rung_at)',
  ],
});
