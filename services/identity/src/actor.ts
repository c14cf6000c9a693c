import { NexusError, ROLE_BUNDLES, type AccessTokenClaims } from '@nexus/contracts';
import type { Access } from './permission/resolve-access.ts';

/**
 * As whom the bearer appoints people. A platform operator, whose own permissions in a tenant are fewer, appoints like its
 * owner (a chain is set up, or has lost its owner); the tenant has the record that the operator was there.
 */
export const appointerOf = (claims: AccessTokenClaims): Access =>
  claims.typ === 'operator'
    ? { permissions: [...ROLE_BUNDLES.owner], branches: null }
    : { permissions: claims.perms, branches: claims.branches ?? null };

/** For what concerns the chain as a whole: a token for some branches is not enough. */
export function requireWholeChain(claims: AccessTokenClaims): void {
  if (claims.branches !== undefined) throw new NexusError('NX-2003', 'This needs a permission for the whole chain');
}
