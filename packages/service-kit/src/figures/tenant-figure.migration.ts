import { migration } from '@nexus/tenancy-db';

/**
 * Figures of each tenant for whoever watches over all of them, in the shared schema: a scrape reads this table alone and
 * never a tenant's schema. To be counted: what was never counted, what changed since, and everything now and then.
 */
export const tenantFigureMigration = migration({
  number: 50,
  name: 'tenant-figure',
  up: [
    `CREATE TABLE tenant_figure (
      tenant_id uuid NOT NULL,
      name text NOT NULL,
      wanted_at timestamptz NOT NULL DEFAULT now(),
      claimed_at timestamptz,
      counted_at timestamptz,
      figures jsonb,
      PRIMARY KEY (tenant_id, name)
    ) WITH (fillfactor = 50)`,
  ],
});
