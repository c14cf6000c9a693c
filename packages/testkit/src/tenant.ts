import { randomUUIDv7 } from 'node:crypto';

/** What a suite needs of a provisioner to make a tenant: tenancy-db's fits. */
export interface TenantProvisioner {
  createTenant(tenantId: string, provisioningId: string): Promise<void>;
}

/** A tenant in every database whose provisioner was given; usable as a context. Goes with the databases. */
export interface TestTenant {
  readonly tenantId: string;
  readonly provisioningId: string;
}

/** Makes role and schema in each service, one after the other. Shared migrations must have run. */
export async function createTestTenant(...provisioners: readonly TenantProvisioner[]): Promise<TestTenant> {
  const tenant = { tenantId: randomUUIDv7(), provisioningId: randomUUIDv7() };
  for (const provisioner of provisioners) await provisioner.createTenant(tenant.tenantId, tenant.provisioningId);
  return tenant;
}
