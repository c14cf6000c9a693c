import {
  newStaff,
  pageOf,
  pageQuery,
  ROLE_BUNDLES,
  roleRow,
  staffGrants,
  staffRow,
  uuid,
  type RoleName,
} from '@nexus/contracts';
import { defineRoute, type Route } from '@nexus/service-kit';
import { z } from 'zod';
import { appointerOf } from '../actor.ts';
import { requestKey } from '../command/request-key.ts';
import type { IdentityDeps } from '../deps.ts';
import { cursorKey, pageOfRows } from '../paging.ts';
import { changeGrants, inviteStaff, setActive } from './change-staff.ts';
import { listStaff, staffRowsOf } from './staff.repository.ts';

const params = z.strictObject({ id: uuid });
const grantable = (Object.keys(ROLE_BUNDLES) as RoleName[]).filter((role) => role !== 'platform-operator');

export const staffRoutes = (deps: IdentityDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/staff',
    summary: 'Everybody who works in the chain, with their roles',
    access: { permission: 'staff:read' },
    query: pageQuery,
    response: pageOf(staffRow),
    handler: ({ ctx, query: { limit, cursor } }) =>
      deps.db.tx(ctx, async (tx) => {
        const rows = await listStaff(tx, limit + 1, cursorKey(uuid, cursor));
        return pageOfRows(await staffRowsOf(tx, rows), limit, ({ id }) => id);
      }),
  }),
  defineRoute({
    method: 'post',
    path: '/staff',
    summary: 'Add somebody; with an e-mail address they can sign in',
    access: { permission: 'staff:manage' },
    body: newStaff,
    response: staffRow,
    status: 201,
    handler: ({ ctx, claims, body, request }) => inviteStaff(deps, ctx, appointerOf(claims), body, requestKey(request)),
  }),
  defineRoute({
    method: 'put',
    path: '/staff/:id/grants',
    summary: 'Replace somebody’s roles',
    access: { permission: 'staff:manage' },
    params,
    body: staffGrants,
    response: staffRow,
    handler: ({ ctx, claims, params: { id }, body }) => changeGrants(deps, ctx, appointerOf(claims), id, body.grants),
  }),
  defineRoute({
    method: 'post',
    path: '/staff/:id/revocation',
    summary: 'Shut somebody out; their tokens are refused within a minute',
    access: { permission: 'staff:manage' },
    params,
    response: staffRow,
    handler: ({ ctx, claims, params: { id } }) => setActive(deps, ctx, appointerOf(claims), id, false),
  }),
  defineRoute({
    method: 'post',
    path: '/staff/:id/reinstatement',
    summary: 'Let somebody in again, with the roles they had',
    access: { permission: 'staff:manage' },
    params,
    response: staffRow,
    handler: ({ ctx, claims, params: { id } }) => setActive(deps, ctx, appointerOf(claims), id, true),
  }),
  defineRoute({
    method: 'get',
    path: '/roles',
    summary: 'The roles there are, with what they permit',
    access: { permission: 'chain:read' },
    response: z.object({ items: z.array(roleRow) }),
    handler: () => ({ items: grantable.map((role) => ({ role, permissions: [...ROLE_BUNDLES[role]] })) }),
  }),
];
