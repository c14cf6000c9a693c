import { NexusError, type AccessTokenClaims } from '@nexus/contracts';

/** Branches that the bearer may see; `null` means every branch of the chain. Ready as a query parameter: `$1::uuid[] IS NULL OR branch = ANY($1)`. */
export const visibleBranches = (claims: AccessTokenClaims): readonly string[] | null => claims.branches ?? null;

export const seesBranch = (claims: AccessTokenClaims, branch: string): boolean =>
  claims.branches === undefined || claims.branches.includes(branch);

/** A branch outside the bearer's sight is answered as if it were not there (NX-1002), so that ids cannot be probed. */
export function assertSeesBranch(claims: AccessTokenClaims, branch: string): void {
  if (!seesBranch(claims, branch)) throw new NexusError('NX-1002');
}
