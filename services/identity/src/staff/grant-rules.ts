import { NexusError } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import { branchById, branchPlaces } from '../branch/branch.repository.ts';
import { legalEntityById } from '../legal-entity/legal-entity.repository.ts';
import { mentioned } from '../mentioned.ts';
import { mayGrant, type Access, type Grant } from '../permission/resolve-access.ts';
import { otherOwners } from './staff.repository.ts';

export const isChainOwner = (grants: readonly Grant[]): boolean =>
  grants.some(({ role, scope }) => role === 'owner' && scope.kind === 'chain');

/** NX-1002 where a scope names what is not there, NX-2003 where the actor may not give one of these roles there. */
export async function requireMayGrant(tx: TenantTx, actor: Access, grants: readonly Grant[]): Promise<void> {
  for (const [index, { scope }] of grants.entries()) {
    if (scope.kind === 'branch') await mentioned(`grants.${index}.scope.id`, branchById(tx, scope.id));
    if (scope.kind === 'legal-entity') await mentioned(`grants.${index}.scope.id`, legalEntityById(tx, scope.id));
  }
  await requireMayAdminister(tx, actor, grants);
}

/** One may change only those to whom one could have given all that they hold. */
export async function requireMayAdminister(tx: TenantTx, actor: Access, held: readonly Grant[]): Promise<void> {
  const places = await branchPlaces(tx);
  const refused = held.find((grant) => !mayGrant(actor, grant, places));
  if (refused !== undefined) throw new NexusError('NX-2003', `The role ${refused.role} is beyond your own there`);
}

/** A chain keeps somebody who can do everything. Others that change staff at the same moment wait. */
export async function requireOwnerRemains(
  tx: TenantTx,
  staffId: string,
  before: readonly Grant[],
  after: readonly Grant[],
): Promise<void> {
  if (!isChainOwner(before) || isChainOwner(after)) return;
  await tx.query('LOCK TABLE role_grant IN SHARE ROW EXCLUSIVE MODE');
  if ((await otherOwners(tx, staffId)) === 0) throw new NexusError('NX-1006', 'The last owner of the chain stays');
}

/** The same role in the same scope twice is once. */
export const distinctGrants = (grants: readonly Grant[]): Grant[] => [
  ...new Map(grants.map((grant) => [JSON.stringify([grant.role, grant.scope]), grant])).values(),
];
