import { NexusError } from '@nexus/contracts';
import { uuidv7, type TenancyDb } from '@nexus/tenancy-db';
import { saveBrand } from '../brand/brand.repository.ts';
import { once } from '../command/once.ts';
import { saveLegalEntity } from '../legal-entity/legal-entity.repository.ts';
import { nextStaffCode, saveStaff } from '../staff/staff.repository.ts';
import type { Tenant } from '../tenant/tenant.repository.ts';

/** What every chain starts with: a legal entity and a brand of its name, and its owner. Done once for a provisioning. */
export async function writeDefaults(db: TenancyDb, tenant: Tenant): Promise<void> {
  const { tenantId, provisioningId, name, ownerEmail: email, ownerSubject: subject } = tenant;
  if (subject === null) throw new NexusError('NX-1006', 'The owner is not there yet');
  const command = { key: provisioningId, name: 'write-defaults', content: tenantId };
  await db.tx({ tenantId }, (tx) =>
    once(tx, command, async () => {
      await saveLegalEntity(db, tx, {
        id: uuidv7(),
        name,
        taxNumber: null,
        country: tenant.country,
        currency: tenant.currency,
        fiscalYearStart: '01-01',
      });
      await saveBrand(tx, { id: uuidv7(), name });
      const owner = { id: uuidv7(), subject, name: tenant.ownerName ?? email, email, active: true };
      await saveStaff(db, tx, { ...owner, code: await nextStaffCode(tx) }, [
        { role: 'owner', scope: { kind: 'chain' } },
      ]);
    }),
  );
}
