import { NexusError, type AccessTokenClaims, type Permission } from '@nexus/contracts';
import type { TenantContext } from '@nexus/tenancy-db';

/**
 * Who may use a route.
 * - `public`: anybody.
 * - `signed`: the request proves itself (a terminal's signature) and the handler verifies it; the kit looks at no token.
 * - `authenticated`: any valid access token, also one without a tenant.
 * - `{ permission }`, `{ anyOf }`: a token that grants it. All but `platform:operate` are rights inside a tenant, so a
 *   token without a tenant is refused.
 */
export type Access =
  | 'public'
  | 'signed'
  | 'authenticated'
  | { readonly permission: Permission }
  | { readonly anyOf: readonly [Permission, ...Permission[]] };

/** Permissions that open a route; none for routes that ask for no right. */
export type PermissionsOf<A extends Access> = A extends { readonly permission: infer P }
  ? P
  : A extends { readonly anyOf: readonly (infer P)[] }
    ? P
    : never;

/** What the handler is told about the bearer: nothing where no token is looked at. */
export type ClaimsOf<A extends Access> = A extends 'public' | 'signed' ? undefined : AccessTokenClaims;

/** The tenant of the request: certain where every permission is one inside a tenant. */
export type ContextOf<A extends Access> = A extends 'public' | 'signed'
  ? undefined
  : [PermissionsOf<A>] extends [never]
    ? TenantContext | undefined
    : [PermissionsOf<A>] extends ['platform:operate']
      ? TenantContext | undefined
      : 'platform:operate' extends PermissionsOf<A>
        ? TenantContext | undefined
        : TenantContext;

const PLATFORM: Permission = 'platform:operate';

export const permissionsOf = (access: Access): readonly Permission[] => {
  if (typeof access === 'string') return [];
  return 'permission' in access ? [access.permission] : access.anyOf;
};

export const needsToken = (access: Access): boolean => access !== 'public' && access !== 'signed';

/** True for routes that work inside one tenant whoever calls. */
export const isTenantRoute = (access: Access): boolean => {
  const permissions = permissionsOf(access);
  return permissions.length > 0 && !permissions.includes(PLATFORM);
};

/** Refuses a bearer whom the route is not for: NX-2004 without a tenant where one is needed, NX-2003 without the right. */
export function authorize(access: Access, claims: AccessTokenClaims): void {
  const wanted = permissionsOf(access);
  if (wanted.length === 0) return;
  if (claims.ten === undefined && isTenantRoute(access)) throw new NexusError('NX-2004');
  const usable = claims.ten === undefined ? wanted.filter((permission) => permission === PLATFORM) : wanted;
  if (!usable.some((permission) => claims.perms.includes(permission))) throw new NexusError('NX-2003');
}
