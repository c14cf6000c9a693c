import type { SharedTx } from '@nexus/tenancy-db';

/** A figure of one tenant that this process has taken on to count. */
export interface Claim {
  readonly tenantId: string;
  readonly name: string;
  /** When it was taken on: what changes later is counted again. */
  readonly claimedAt: string;
}

export interface Counted extends Claim {
  readonly figures: object;
}

/** Figures counted so long ago are counted again though nobody said that they changed. */
const FRESH_SECONDS = 3_600;

/** Gives every tenant its rows, and takes away those of tenants that are gone. */
export async function alignTenants(tx: SharedTx, names: readonly string[]): Promise<void> {
  await tx.query(
    `INSERT INTO tenant_figure (tenant_id, name) SELECT t.tenant_id, n FROM tenant t CROSS JOIN unnest($1::text[]) n
     ON CONFLICT DO NOTHING`,
    [names],
  );
  await tx.query(
    'DELETE FROM tenant_figure f WHERE NOT EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = f.tenant_id)',
  );
}

/** Says that figures of these tenants changed. */
export async function wantFigures(
  tx: SharedTx,
  changes: readonly { readonly tenantId: string; readonly name: string }[],
): Promise<void> {
  await tx.query(
    `INSERT INTO tenant_figure (tenant_id, name) SELECT * FROM unnest($1::uuid[], $2::text[])
     ON CONFLICT (tenant_id, name) DO UPDATE SET wanted_at = now()`,
    [changes.map(({ tenantId }) => tenantId), changes.map(({ name }) => name)],
  );
}

/**
 * Takes on what is to be counted, the longest uncounted first; processes beside this one take on others. For `claimMs`
 * nobody takes the same one on again, also when this process dies over it.
 */
export async function claimFigures(
  tx: SharedTx,
  names: readonly string[],
  limit: number,
  claimMs: number,
): Promise<readonly Claim[]> {
  const rows = await tx.query<{ tenant_id: string; name: string; claimed_at: string }>(
    `UPDATE tenant_figure f SET claimed_at = now()
     FROM (SELECT tenant_id, name FROM tenant_figure
           WHERE name = ANY($1)
             AND (counted_at IS NULL OR wanted_at > counted_at OR counted_at < now() - interval '${FRESH_SECONDS} s')
             AND (claimed_at IS NULL OR claimed_at < now() - $3::float8 * interval '1 millisecond')
           ORDER BY counted_at NULLS FIRST, tenant_id LIMIT $2 FOR UPDATE SKIP LOCKED) due
     WHERE f.tenant_id = due.tenant_id AND f.name = due.name
     RETURNING f.tenant_id, f.name, f.claimed_at::text AS claimed_at`,
    [names, limit, claimMs],
  );
  return rows.map((row) => ({ tenantId: row.tenant_id, name: row.name, claimedAt: row.claimed_at }));
}

export async function saveFigures(tx: SharedTx, counted: readonly Counted[]): Promise<void> {
  await tx.query(
    `UPDATE tenant_figure f SET figures = c.figures, counted_at = c.claimed_at
     FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::jsonb[]) AS c (tenant_id, name, claimed_at, figures)
     WHERE f.tenant_id = c.tenant_id AND f.name = c.name`,
    [
      counted.map(({ tenantId }) => tenantId),
      counted.map(({ name }) => name),
      counted.map(({ claimedAt }) => claimedAt),
      counted.map(({ figures }) => JSON.stringify(figures)),
    ],
  );
}
