import { NexusError, type AccessTokenClaims } from '@nexus/contracts';
import type { Access } from './permission/resolve-access.ts';

/** What the bearer of a token may do, and where. */
export const accessOf = (claims: AccessTokenClaims): Access => ({
  permissions: claims.perms,
  branches: claims.branches ?? null,
});

/** For what concerns the chain as a whole: a token for some branches is not enough. */
export function requireWholeChain(claims: AccessTokenClaims): void {
  if (claims.branches !== undefined) throw new NexusError('NX-2003', 'This needs a permission for the whole chain');
}
