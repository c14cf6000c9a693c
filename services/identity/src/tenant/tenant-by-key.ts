import { uuid } from '@nexus/contracts';
import type { SharedTx } from '@nexus/tenancy-db';
import { tenantById, tenantBySlug, type Tenant } from './tenant.repository.ts';

/** A tenant by what people know it by: its id or its slug. */
export const tenantByIdOrSlug = (tx: SharedTx, key: string): Promise<Tenant | undefined> =>
  uuid.safeParse(key).success ? tenantById(tx, key) : tenantBySlug(tx, key);
