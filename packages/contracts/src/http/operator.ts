import { z } from 'zod';
import { countryCode, currencyCode, slug, uuid } from '../common.ts';
import type { Permission } from '../permissions.ts';
import { TOKEN_LIFETIME_SECONDS } from '../access-token.ts';

/**
 * What a platform operator may do inside one tenant, with a token from `POST /tenants/:tenant/operator-token` of
 * identity. Fixed here, never by the caller; each such token is audited. Not `till:operate`: an operator sells nothing.
 */
export const OPERATOR_TENANT_PERMISSIONS = [
  'chain:read',
  'chain:manage',
  'staff:read',
  'staff:manage',
  'terminals:read',
  'terminals:manage',
  'catalog:read',
  'catalog:manage',
  'sales:read',
  'sales:rebuild',
  'stock:read',
  'stock:manage',
  'exceptions:read',
  'exceptions:settle',
  'journal:read',
  'journal:import',
  'audit:read',
  'messages:manage',
] as const satisfies readonly Permission[];

/** Path parameter of `POST /tenants/:tenant/operator-token` (permission `platform:operate`): the tenant's id or its slug. */
export const operatorTokenParams = z.strictObject({ tenant: z.union([uuid, slug]) });

/** A Nexus access token (`typ: operator`, `ten` set) for one tenant, and which tenant that is. 409 IDN-1002 until it is ready. */
export const operatorTokenAnswer = z.object({
  accessToken: z.string(),
  /** Seconds of life left. */
  expiresIn: z.number().int().min(1).max(TOKEN_LIFETIME_SECONDS),
  tenant: z.object({
    id: uuid,
    slug,
    name: z.string(),
    country: countryCode,
    currency: currencyCode,
  }),
});
export type OperatorTokenAnswer = z.infer<typeof operatorTokenAnswer>;

/**
 * `POST /operator-revocations` (permission `platform:operate`), answered 204: every token issued to a platform operator
 * until now is refused within a minute, the platform's and those inside tenants. Somebody who is to get no new ones is
 * taken out of the operators' organization first.
 */
export const operatorRevocation = z.strictObject({ subject: uuid });

/**
 * Every tenant-scoped audit question (`audit-…`, and identity's `chain-structure`) is served over HTTP too, for
 * `nexus prove`: `POST /audit/{name}` with permission `audit:read`, the question as body, the same shapes.
 */
export const AUDIT_PERMISSION = 'audit:read' satisfies Permission;
export const auditPath = (definition: { readonly name: string }): string => `/audit/${definition.name}`;
