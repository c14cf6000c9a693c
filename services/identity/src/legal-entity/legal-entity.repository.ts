import { legalEntityChanged, NexusError } from '@nexus/contracts';
import { appendEvent } from '@nexus/messaging';
import type { TenancyDb, TenantTx } from '@nexus/tenancy-db';
import { MoreThan } from 'typeorm';
import { legalEntityEntity, type LegalEntity } from './legal-entity.entity.ts';

const entities = (tx: TenantTx) => tx.manager.getRepository(legalEntityEntity);

/** In order of creation (ids are), after an id. */
export const listLegalEntities = (tx: TenantTx, limit: number, after?: string): Promise<LegalEntity[]> =>
  entities(tx).find({ where: after === undefined ? {} : { id: MoreThan(after) }, order: { id: 'ASC' }, take: limit });

/** NX-1002 where there is none. */
export async function legalEntityById(tx: TenantTx, id: string): Promise<LegalEntity> {
  const found = await entities(tx).findOneBy({ id });
  if (found === null) throw new NexusError('NX-1002', 'No such legal entity');
  return found;
}

/** Writes the legal entity and says so, in one transaction. */
export async function saveLegalEntity(db: TenancyDb, tx: TenantTx, entity: LegalEntity): Promise<LegalEntity> {
  await entities(tx).upsert(entity, ['id']);
  await appendEvent(db, tx, legalEntityChanged, entity);
  return entity;
}
