import type { RoleName, RoleScope } from '@nexus/contracts';
import { EntitySchema } from 'typeorm';

/** Somebody who works in the chain. `subject` is the Keycloak user id of those who can sign in. */
export interface Staff {
  id: string;
  subject: string | null;
  code: string;
  name: string;
  email: string | null;
  active: boolean;
}

export const staffEntity = new EntitySchema<Staff>({
  name: 'staff',
  columns: {
    id: { type: 'uuid', primary: true },
    subject: { type: 'text', nullable: true },
    code: { type: 'text' },
    name: { type: 'text' },
    email: { type: 'text', nullable: true },
    active: { type: 'boolean' },
  },
});

/** A role that somebody holds in a scope. */
export interface RoleGrant {
  id: string;
  staff: string;
  role: RoleName;
  scopeKind: RoleScope['kind'];
  scopeId: string | null;
}

export const roleGrantEntity = new EntitySchema<RoleGrant>({
  name: 'role_grant',
  columns: {
    id: { type: 'uuid', primary: true },
    staff: { type: 'uuid' },
    role: { type: 'text' },
    scopeKind: { type: 'text', name: 'scope_kind' },
    scopeId: { type: 'uuid', name: 'scope_id', nullable: true },
  },
});
