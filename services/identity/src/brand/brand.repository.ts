import { NexusError } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import { MoreThan } from 'typeorm';
import { brandEntity, type Brand } from './brand.entity.ts';

const brands = (tx: TenantTx) => tx.manager.getRepository(brandEntity);

/** In order of creation, after an id. */
export const listBrands = (tx: TenantTx, limit: number, after?: string): Promise<Brand[]> =>
  brands(tx).find({ where: after === undefined ? {} : { id: MoreThan(after) }, order: { id: 'ASC' }, take: limit });

/** NX-1002 where there is none. */
export async function brandById(tx: TenantTx, id: string): Promise<Brand> {
  const found = await brands(tx).findOneBy({ id });
  if (found === null) throw new NexusError('NX-1002', 'No such brand');
  return found;
}

export async function saveBrand(tx: TenantTx, brand: Brand): Promise<Brand> {
  await brands(tx).upsert(brand, ['id']);
  return brand;
}
