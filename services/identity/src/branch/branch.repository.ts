import { branchChanged, NexusError, type BranchFacts } from '@nexus/contracts';
import { appendEvent } from '@nexus/messaging';
import type { TenancyDb, TenantTx } from '@nexus/tenancy-db';
import { In, MoreThan } from 'typeorm';
import { legalEntityEntity } from '../legal-entity/legal-entity.entity.ts';
import { branchEntity, type Branch } from './branch.entity.ts';

const branches = (tx: TenantTx) => tx.manager.getRepository(branchEntity);

/** In order of creation, after an index; `visible` null means all. */
export const listBranches = (
  tx: TenantTx,
  visible: readonly string[] | null,
  limit: number,
  after?: number,
): Promise<Branch[]> =>
  branches(tx).find({
    where: {
      ...(visible === null ? {} : { id: In([...visible]) }),
      ...(after === undefined ? {} : { index: MoreThan(after) }),
    },
    order: { index: 'ASC' },
    take: limit,
  });

/** Every branch with its legal entity: what scopes of roles are resolved against. */
export const branchPlaces = (tx: TenantTx): Promise<{ id: string; legalEntity: string }[]> =>
  branches(tx).find({ select: { id: true, legalEntity: true } });

/** NX-1002 where there is none. */
export async function branchById(tx: TenantTx, id: string): Promise<Branch> {
  const found = await branches(tx).findOneBy({ id });
  if (found === null) throw new NexusError('NX-1002', 'No such branch');
  return found;
}

/** The index that the next branch gets. Others that make one wait until this transaction ends. */
export async function nextBranchIndex(tx: TenantTx): Promise<number> {
  await tx.query('LOCK TABLE branch IN SHARE ROW EXCLUSIVE MODE');
  return ((await branches(tx).maximum('index')) ?? -1) + 1;
}

/** Adds what other services want to know beside the row: the currency, which is the legal entity's. */
export async function branchFactsOf(tx: TenantTx, rows: readonly Branch[]): Promise<BranchFacts[]> {
  const ids = [...new Set(rows.map((row) => row.legalEntity))];
  const owners = await tx.manager.getRepository(legalEntityEntity).findBy({ id: In(ids) });
  const currencies = new Map(owners.map((owner) => [owner.id, owner.currency]));
  return rows.map((row) => ({ ...row, currency: currencies.get(row.legalEntity) ?? '' }));
}

/** Writes the branch and says so, in one transaction. */
export async function saveBranch(db: TenancyDb, tx: TenantTx, branch: Branch): Promise<BranchFacts> {
  await branches(tx).upsert(branch, ['id']);
  const [facts] = await branchFactsOf(tx, [branch]);
  if (facts === undefined) throw new NexusError('NX-1000');
  await appendEvent(db, tx, branchChanged, facts);
  return facts;
}
