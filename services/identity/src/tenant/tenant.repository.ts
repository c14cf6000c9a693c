import type { SharedTx } from '@nexus/tenancy-db';
import { TENANT_TRANSITIONS, type TenantState } from './tenant.ts';

/** A row of the tenant directory. */
export interface Tenant {
  readonly tenantId: string;
  readonly slug: string;
  readonly name: string;
  readonly state: TenantState;
  /** Everything made for this tenant carries it. */
  readonly provisioningId: string;
  readonly organizationId: string | null;
  readonly cell: string;
  readonly country: string;
  readonly currency: string;
  readonly ownerEmail: string;
  readonly ownerName: string | null;
  readonly ownerSubject: string | null;
  readonly requestDigest: string;
  readonly failure: string | null;
  readonly createdAt: Date;
}
export type NewTenant = Pick<
  Tenant,
  'tenantId' | 'slug' | 'name' | 'provisioningId' | 'cell' | 'country' | 'currency' | 'ownerEmail' | 'ownerName'
> & { readonly requestKey: string | null; readonly requestDigest: string };

const COLUMNS = `tenant_id AS "tenantId", slug, name, state, provisioning_id AS "provisioningId",
  organization_id AS "organizationId", cell, country, currency, owner_email AS "ownerEmail", owner_name AS "ownerName",
  owner_subject AS "ownerSubject", request_digest AS "requestDigest", failure, created_at AS "createdAt"`;

/** Inserts a reserved tenant; undefined when slug or request key is taken. The first sweep is left to whoever reserved. */
export async function insertTenant(tx: SharedTx, tenant: NewTenant): Promise<Tenant | undefined> {
  const rows = await tx.query<Tenant>(
    `INSERT INTO tenant_directory (tenant_id, slug, name, state, provisioning_id, cell, country, currency, owner_email,
       owner_name, request_key, request_digest)
     VALUES ($1, $2, $3, 'reserved', $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    [
      tenant.tenantId,
      tenant.slug,
      tenant.name,
      tenant.provisioningId,
      tenant.cell,
      tenant.country,
      tenant.currency,
      tenant.ownerEmail,
      tenant.ownerName,
      tenant.requestKey,
      tenant.requestDigest,
    ],
  );
  return rows[0];
}

const findBy = async (tx: SharedTx, condition: string, value: string): Promise<Tenant | undefined> =>
  (await tx.query<Tenant>(`SELECT ${COLUMNS} FROM tenant_directory WHERE ${condition}`, [value]))[0];

export const tenantById = (tx: SharedTx, id: string) => findBy(tx, 'tenant_id = $1', id);
export const tenantBySlug = (tx: SharedTx, slug: string) => findBy(tx, `slug = $1 AND state <> 'failed'`, slug);
export const tenantByRequest = (tx: SharedTx, key: string) => findBy(tx, 'request_key = $1', key);
export const tenantByOrganization = (tx: SharedTx, id: string) =>
  findBy(tx, `organization_id = $1 AND state = 'ready'`, id);

/** Ready tenants of some organizations, by name. */
export const tenantsOfOrganizations = (tx: SharedTx, organizationIds: readonly string[]): Promise<Tenant[]> =>
  tx.query<Tenant>(
    `SELECT ${COLUMNS} FROM tenant_directory WHERE organization_id = ANY($1) AND state = 'ready' ORDER BY name, tenant_id`,
    [organizationIds],
  );

/** Newest first, after a tenant id. */
export const listTenants = (tx: SharedTx, limit: number, after?: string, slug?: string): Promise<Tenant[]> =>
  tx.query<Tenant>(
    `SELECT ${COLUMNS} FROM tenant_directory WHERE ($2::uuid IS NULL OR tenant_id < $2) AND ($3::text IS NULL OR slug = $3)
     ORDER BY tenant_id DESC LIMIT $1`,
    [limit, after ?? null, slug ?? null],
  );

/** What a provisioning step learned. */
export interface TenantFacts {
  readonly organizationId?: string | null;
  readonly ownerSubject?: string;
  readonly failure?: string;
}

/**
 * Moves the tenant to a state that its present one allows (or leaves it there), with what was learned. Undefined: no
 * such tenant under this provisioning id, or the state does not allow it.
 */
export async function moveTenant(
  tx: SharedTx,
  of: { readonly tenantId: string; readonly provisioningId: string },
  to: TenantState,
  facts: TenantFacts = {},
): Promise<Tenant | undefined> {
  const from = Object.entries(TENANT_TRANSITIONS).flatMap(([state, next]) =>
    (next as readonly TenantState[]).includes(to) ? [state] : [],
  );
  const rows = await tx.query<Tenant>(
    `UPDATE tenant_directory SET state = $3, updated_at = now(),
       ready_at = CASE WHEN $3 = 'ready' THEN coalesce(ready_at, now()) ELSE ready_at END,
       organization_id = CASE WHEN $3 = 'failed' THEN NULL ELSE coalesce($5, organization_id) END,
       owner_subject = coalesce($6, owner_subject), failure = coalesce($7, failure)
     WHERE tenant_id = $1 AND provisioning_id = $2 AND state = ANY($4) RETURNING ${COLUMNS}`,
    [
      of.tenantId,
      of.provisioningId,
      to,
      [...from, to],
      facts.organizationId ?? null,
      facts.ownerSubject ?? null,
      facts.failure ?? null,
    ],
  );
  return rows[0];
}

/** Tenants whose provisioning has not ended and which nobody looked at lately; they are not due again for a while. */
export const claimUnsettled = (tx: SharedTx, limit: number, pauseSeconds: number) =>
  tx.query<{ tenantId: string; provisioningId: string }>(
    `UPDATE tenant_directory SET sweep_after = now() + make_interval(secs => $2)
     WHERE tenant_id IN (
       SELECT tenant_id FROM tenant_directory WHERE state IN ('reserved', 'provisioning') AND sweep_after <= now()
       ORDER BY sweep_after LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING tenant_id AS "tenantId", provisioning_id AS "provisioningId"`,
    [limit, pauseSeconds],
  );
