import {
  NexusError,
  type IdentityProvisioningActivities,
  type ProvisionTenantInput,
  type TenancyActivities,
} from '@nexus/contracts';
import { moveTenant, tenantById, type Tenant } from '../tenant/tenant.repository.ts';
import type { IdentityDeps } from '../deps.ts';
import { withPersonLock } from '../keycloak/person-lock.ts';
import { writeDefaults } from './write-defaults.ts';

/**
 * What `provisionTenant` asks of identity. Every activity reads the owning row first, is idempotent, and its undo removes
 * only what carries the provisioning id. (Its schema is made by the activities that every service has.)
 */
export function createProvisioningActivities(
  deps: IdentityDeps,
): Omit<IdentityProvisioningActivities, keyof TenancyActivities> {
  const { db, keycloak } = deps;

  /** The row while it may be worked on forward: NX-1006 once the tenant is settled. */
  const provisioning = async (input: ProvisionTenantInput): Promise<Tenant> => {
    const tenant = await db.shared((tx) => tenantById(tx, input.tenantId));
    if (tenant?.provisioningId !== input.provisioningId) throw new NexusError('NX-3003');
    if (tenant.state !== 'provisioning') throw new NexusError('NX-1006', `The tenant is ${tenant.state}`);
    return tenant;
  };
  /** The row for an undo; null when there is nothing of this provisioning left to undo. */
  const undoing = async (input: ProvisionTenantInput): Promise<Tenant | null> => {
    const tenant = await db.shared((tx) => tenantById(tx, input.tenantId));
    if (tenant?.provisioningId !== input.provisioningId || tenant.state === 'failed') return null;
    if (tenant.state === 'ready') throw new NexusError('NX-1006', 'The tenant is ready: nothing of it is undone');
    return tenant;
  };

  return {
    beginProvisioning: async (input) => {
      const moved = await db.shared((tx) => moveTenant(tx, input, 'provisioning'));
      return moved !== undefined;
    },
    createOrganization: async (input) => {
      const { slug: alias, name, provisioningId } = await provisioning(input);
      const organizationId = await keycloak.ensureOrganization({ alias, name, provisioningId });
      await db.shared((tx) => moveTenant(tx, input, 'provisioning', { organizationId }));
    },
    deleteOrganization: async (input) => {
      const tenant = await undoing(input);
      if (tenant !== null) await keycloak.deleteOrganization(tenant.slug, tenant.provisioningId);
    },
    createOwner: async (input) => {
      const tenant = await provisioning(input);
      const { ownerEmail: email, provisioningId, organizationId } = tenant;
      if (organizationId === null) throw new NexusError('NX-1006', 'The organization is not there yet');
      const name = tenant.ownerName ?? email.split('@')[0] ?? '';
      const { subject } = await withPersonLock(db, email, async () => {
        const person = await keycloak.ensurePerson({ email, name, provisioningId });
        await keycloak.ensureMember(organizationId, person.subject);
        return person;
      });
      await db.shared((tx) => moveTenant(tx, input, 'provisioning', { ownerSubject: subject }));
    },
    deleteOwner: async (input) => {
      const tenant = await undoing(input);
      if (tenant === null) return;
      const { ownerEmail, provisioningId, slug } = tenant;
      await withPersonLock(db, ownerEmail, () => keycloak.deletePersonMadeBy(ownerEmail, provisioningId, slug));
    },
    writeDefaults: async (input) => writeDefaults(db, await provisioning(input)),
    markTenantReady: async (input) => {
      const moved = await db.shared((tx) => moveTenant(tx, input, 'ready'));
      if (moved === undefined) throw new NexusError('NX-1006', 'The tenant cannot become ready');
    },
    markTenantFailed: async ({ reason, ...input }) => {
      if ((await undoing(input)) !== null)
        await db.shared((tx) => moveTenant(tx, input, 'failed', { failure: reason }));
    },
  };
}
