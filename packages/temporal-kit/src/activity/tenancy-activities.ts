import type { ProvisionTenantInput, TenancyActivities } from '@nexus/contracts';
import type { Provisioner } from '@nexus/tenancy-db';
import { beating } from './progress.ts';

const BEAT_MS = 2_000;

/** What provisioning asks of every service that keeps tenant schemas. */
export const tenancyActivities = (
  provisioner: Pick<Provisioner, 'createTenant' | 'dropTenant'>,
): TenancyActivities => ({
  createTenantSchema: ({ tenantId, provisioningId }: ProvisionTenantInput) =>
    beating(BEAT_MS, () => provisioner.createTenant(tenantId, provisioningId)),
  dropTenantSchema: ({ tenantId, provisioningId }: ProvisionTenantInput) =>
    beating(BEAT_MS, () => provisioner.dropTenant(tenantId, provisioningId)),
});
