import { NexusError, staffChanged, type StaffRow } from '@nexus/contracts';
import { appendEvent } from '@nexus/messaging';
import { uuidv7, type TenancyDb, type TenantTx } from '@nexus/tenancy-db';
import { In, MoreThan } from 'typeorm';
import type { Grant } from '../permission/resolve-access.ts';
import { roleGrantEntity, staffEntity, type RoleGrant, type Staff } from './staff.entity.ts';

const people = (tx: TenantTx) => tx.manager.getRepository(staffEntity);
const roleGrants = (tx: TenantTx) => tx.manager.getRepository(roleGrantEntity);

/** In order of creation, after an id. */
export const listStaff = (tx: TenantTx, limit: number, after?: string): Promise<Staff[]> =>
  people(tx).find({ where: after === undefined ? {} : { id: MoreThan(after) }, order: { id: 'ASC' }, take: limit });

/** NX-1002 where there is none. Nobody else changes the row until this transaction ends. */
export async function lockStaff(tx: TenantTx, id: string): Promise<Staff> {
  await tx.query('SELECT 1 FROM staff WHERE id = $1 FOR UPDATE', [id]);
  const found = await people(tx).findOneBy({ id });
  if (found === null) throw new NexusError('NX-1002', 'No such member of staff');
  return found;
}

export const staffBySubject = (tx: TenantTx, subject: string): Promise<Staff | null> =>
  people(tx).findOneBy({ subject });

/** The code for the next member of staff who was given none: the first free number. */
export async function nextStaffCode(tx: TenantTx): Promise<string> {
  await tx.query('LOCK TABLE staff IN SHARE ROW EXCLUSIVE MODE');
  const [row] = await tx.query<{ next: string }>(
    `SELECT coalesce(max(code::bigint), 0) + 1 AS next FROM staff WHERE code ~ '^[0-9]{1,15}$'`,
  );
  return String(row?.next ?? 1);
}

/** Grants by staff id. */
export async function grantsOf(tx: TenantTx, staffIds: readonly string[]): Promise<Map<string, Grant[]>> {
  const rows = await roleGrants(tx).find({ where: { staff: In([...staffIds]) }, order: { id: 'ASC' } });
  const grants = new Map<string, Grant[]>(staffIds.map((id) => [id, []]));
  for (const row of rows) grants.get(row.staff)?.push(grantOf(row));
  return grants;
}

const grantOf = ({ role, scopeKind, scopeId }: RoleGrant): Grant => ({
  role,
  scope: scopeKind === 'chain' ? { kind: 'chain' } : { kind: scopeKind, id: scopeId ?? '' },
});

export async function staffRowsOf(tx: TenantTx, rows: readonly Staff[]): Promise<StaffRow[]> {
  const ids = rows.map((row) => row.id);
  const grants = await grantsOf(tx, ids);
  return rows.map((row) => ({ ...row, grants: [...(grants.get(row.id) ?? [])] }));
}

/** Writes somebody with all their grants and says so, in one transaction. Names stay here: events carry none. */
export async function saveStaff(
  db: TenancyDb,
  tx: TenantTx,
  staff: Staff,
  grants: readonly Grant[],
): Promise<StaffRow> {
  await people(tx).upsert(staff, ['id']);
  await roleGrants(tx).delete({ staff: staff.id });
  await roleGrants(tx).insert(
    grants.map(({ role, scope }) => ({
      id: uuidv7(),
      staff: staff.id,
      role,
      scopeKind: scope.kind,
      scopeId: scope.kind === 'chain' ? null : scope.id,
    })),
  );
  await appendEvent(db, tx, staffChanged, {
    id: staff.id,
    subject: staff.subject,
    code: staff.code,
    roles: [...new Set(grants.map(({ role }) => role))],
    active: staff.active,
  });
  return { ...staff, grants: [...grants] };
}

/** How many active people other than this one own the whole chain. */
export async function otherOwners(tx: TenantTx, staffId: string): Promise<number> {
  const [row] = await tx.query<{ owners: string }>(
    `SELECT count(DISTINCT staff.id) AS owners FROM staff JOIN role_grant ON role_grant.staff = staff.id
     WHERE staff.active AND staff.subject IS NOT NULL AND staff.id <> $1
       AND role_grant.role = 'owner' AND role_grant.scope_kind = 'chain'`,
    [staffId],
  );
  return Number(row?.owners ?? 0);
}
