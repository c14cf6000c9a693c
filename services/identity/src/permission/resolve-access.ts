import { PERMISSIONS, ROLE_BUNDLES, type Permission, type RoleName, type RoleScope } from '@nexus/contracts';

/** A role held by a person in a scope. */
export interface Grant {
  readonly role: RoleName;
  readonly scope: RoleScope;
}

/** As much of the chain's structure as scopes need. */
export interface BranchPlace {
  readonly id: string;
  readonly legalEntity: string;
}

/** What a token says: every permission in it holds in every branch in it. `branches` null: the whole chain. */
export interface Access {
  readonly permissions: Permission[];
  readonly branches: string[] | null;
}

/** Branches of a scope; null is the whole chain, also branches that do not exist yet. */
export function branchesOf(scope: RoleScope, places: readonly BranchPlace[]): Set<string> | null {
  switch (scope.kind) {
    case 'chain':
      return null;
    case 'legal-entity':
      return new Set(places.filter((place) => place.legalEntity === scope.id).map((place) => place.id));
    case 'branch':
      return new Set(places.filter((place) => place.id === scope.id).map((place) => place.id));
  }
}

const covers = (outer: Set<string> | null, inner: Set<string> | null): boolean =>
  outer === null || (inner !== null && [...inner].every((branch) => outer.has(branch)));

/**
 * Permissions that hold in all of `target`. A manager of branch A who is a cashier in branch B must not become manager
 * in B, so permissions of several grants join only where their places do.
 */
function permissionsThroughout(
  target: Set<string> | null,
  grants: readonly Grant[],
  places: readonly BranchPlace[],
): Permission[] {
  const wanted = target === null ? null : [...target];
  const held = grants.map((grant) => ({
    permissions: new Set<Permission>(ROLE_BUNDLES[grant.role]),
    branches: branchesOf(grant.scope, places),
  }));
  return PERMISSIONS.filter((permission) => {
    const giving = held.filter((grant) => grant.permissions.has(permission));
    if (wanted === null) return giving.some((grant) => grant.branches === null);
    return wanted.every((branch) => giving.some((grant) => covers(grant.branches, new Set([branch]))));
  });
}

const width = (branches: Set<string> | null): number => branches?.size ?? Number.MAX_SAFE_INTEGER;

/**
 * Resolves grants to what a token may say. With `scope`: exactly what holds throughout that scope. Without: the view of
 * the grant that gives most permissions (of those, the widest); other views are asked for by their scope.
 * Null: nothing at all.
 */
export function resolveAccess(
  grants: readonly Grant[],
  places: readonly BranchPlace[],
  scope?: RoleScope,
): Access | null {
  const views = (scope === undefined ? grants.map((grant) => grant.scope) : [scope])
    .map((candidate) => branchesOf(candidate, places))
    .filter((branches) => branches === null || branches.size > 0)
    .map((branches) => ({ branches, permissions: permissionsThroughout(branches, grants, places) }))
    .filter((view) => view.permissions.length > 0)
    .sort((a, b) => b.permissions.length - a.permissions.length || width(b.branches) - width(a.branches));
  const best = views[0];
  if (best === undefined) return null;
  return { permissions: best.permissions, branches: best.branches === null ? null : [...best.branches].sort() };
}

/**
 * May somebody with this access give or take this role in this scope? Only what one holds oneself, only where one holds
 * it, and never the platform operator's.
 */
export function mayGrant(actor: Access, grant: Grant, places: readonly BranchPlace[]): boolean {
  if (grant.role === 'platform-operator') return false;
  const bundle: readonly Permission[] = ROLE_BUNDLES[grant.role];
  const scope = branchesOf(grant.scope, places);
  const within = covers(actor.branches === null ? null : new Set(actor.branches), scope);
  const known = scope === null || scope.size > 0 || actor.branches === null;
  return within && known && bundle.every((permission) => actor.permissions.includes(permission));
}
