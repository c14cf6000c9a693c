import { NexusError, type StaffRow } from '@nexus/contracts';
import { uniqueViolation, uuidv7, type TenantContext, type TenantTx } from '@nexus/tenancy-db';
import { once } from '../command/once.ts';
import type { IdentityDeps } from '../deps.ts';
import { withPersonLock } from '../keycloak/person-lock.ts';
import type { Access, Grant } from '../permission/resolve-access.ts';
import { whileRevoking } from '../revocation/revocation.repository.ts';
import { tenantById } from '../tenant/tenant.repository.ts';
import { distinctGrants, requireMayAdminister, requireMayGrant, requireOwnerRemains } from './grant-rules.ts';
import type { Staff } from './staff.entity.ts';
import { grantsOf, lockStaff, nextStaffCode, saveStaff } from './staff.repository.ts';

export interface Invitation {
  readonly name: string;
  readonly email?: string | undefined;
  readonly code?: string | undefined;
  readonly grants: readonly Grant[];
}

/**
 * Adds somebody to the chain; with an e-mail address also as a person in Keycloak (known there already, or new) and a
 * member of the organization. Keycloak comes first: done and then not needed, a membership without a row here opens
 * nothing.
 *
 * @throws NexusError NX-2003 roles beyond the actor's, NX-1006 code or person is in the chain already
 */
export async function inviteStaff(
  deps: IdentityDeps,
  ctx: TenantContext,
  actor: Access,
  invitation: Invitation,
  requestKey: string | undefined,
): Promise<StaffRow> {
  const { db } = deps;
  const grants = distinctGrants(invitation.grants);
  await db.tx(ctx, (tx) => requireMayGrant(tx, actor, grants));
  const subject =
    invitation.email === undefined ? null : await memberSubject(deps, ctx, invitation.email, invitation.name);
  const command = { key: requestKey, name: 'invite-staff', content: invitation };
  try {
    return await db.tx(ctx, (tx) =>
      once(tx, command, async () => {
        await requireMayGrant(tx, actor, grants);
        const code = invitation.code ?? (await nextStaffCode(tx));
        const email = invitation.email?.toLowerCase() ?? null;
        const staff: Staff = { id: uuidv7(), subject, code, name: invitation.name, email, active: true };
        return saveStaff(db, tx, staff, grants);
      }),
    );
  } catch (error) {
    const taken = uniqueViolation(error);
    if (taken === undefined) throw error;
    throw new NexusError(
      'NX-1006',
      taken.includes('subject') ? 'The person is in the chain already' : 'The code is taken',
    );
  }
}

async function memberSubject(deps: IdentityDeps, ctx: TenantContext, email: string, name: string): Promise<string> {
  const tenant = await deps.db.shared((tx) => tenantById(tx, ctx.tenantId));
  const organizationId = tenant?.organizationId ?? null;
  if (organizationId === null) throw new NexusError('NX-3003');
  const person = { email: email.toLowerCase(), name, provisioningId: `staff-of-${ctx.tenantId}` };
  return withPersonLock(deps.db, person.email, async () => {
    const { subject } = await deps.keycloak.ensurePerson(person);
    await deps.keycloak.ensureMember(organizationId, subject);
    return subject;
  });
}

/** Replaces somebody's roles; tokens with the former ones are refused within a minute. */
export const changeGrants = (
  deps: IdentityDeps,
  ctx: TenantContext,
  actor: Access,
  id: string,
  wanted: readonly Grant[],
): Promise<StaffRow> =>
  changing(deps, ctx, actor, id, async (tx, staff) => {
    const grants = distinctGrants(wanted);
    await requireMayGrant(tx, actor, grants);
    return { staff, grants, counted: staff.active ? grants : [] };
  });

/** Shuts somebody out, or lets them in again; roles stay as they were. */
export const setActive = (
  deps: IdentityDeps,
  ctx: TenantContext,
  actor: Access,
  id: string,
  active: boolean,
): Promise<StaffRow> =>
  changing(deps, ctx, actor, id, (_tx, staff, held) =>
    Promise.resolve({ staff: { ...staff, active }, grants: held, counted: active ? held : [] }),
  );

interface Change {
  readonly staff: Staff;
  readonly grants: readonly Grant[];
  /** Grants that will still count: none of somebody who is shut out. */
  readonly counted: readonly Grant[];
}

/** What is refused is refused before any token is: the same look once more in the transaction that writes. */
async function changing(
  { db }: IdentityDeps,
  ctx: TenantContext,
  actor: Access,
  id: string,
  change: (tx: TenantTx, staff: Staff, held: readonly Grant[]) => Promise<Change>,
): Promise<StaffRow> {
  const next = async (tx: TenantTx): Promise<Change> => {
    const staff = await lockStaff(tx, id);
    const held = (await grantsOf(tx, [id])).get(id) ?? [];
    await requireMayAdminister(tx, actor, held);
    const changed = await change(tx, staff, held);
    await requireOwnerRemains(tx, id, staff.active ? held : [], changed.counted);
    return changed;
  };
  const { staff } = await db.tx(ctx, next);
  return whileRevoking(db, ctx.tenantId, staff.subject ?? staff.id, () =>
    db.tx(ctx, async (tx) => {
      const { staff: changed, grants } = await next(tx);
      return saveStaff(db, tx, changed, grants);
    }),
  );
}
