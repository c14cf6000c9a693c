import {
  NexusError,
  pageOf,
  pageQuery,
  signUpRequest,
  slug,
  tenantReservation,
  tenantRow,
  uuid,
  type TenantReservation,
  type TenantRow,
} from '@nexus/contracts';
import { defineRoute, type Route } from '@nexus/service-kit';
import type { SharedTx } from '@nexus/tenancy-db';
import { z } from 'zod';
import { requestKey } from '../command/request-key.ts';
import type { IdentityDeps } from '../deps.ts';
import { cursorKey, pageOfRows } from '../paging.ts';
import { createRateLimit } from '../rate-limit.ts';
import { reserveTenant } from './reserve-tenant.ts';
import { tenantByIdOrSlug } from './tenant-by-key.ts';
import { listTenants, tenantById, type Tenant } from './tenant.repository.ts';

export function tenantRoutes(deps: IdentityDeps): Route[] {
  const signUps = createRateLimit(deps.settings.signUpsPerMinute);
  const platform = { permission: 'platform:operate' } as const;
  return [
    defineRoute({
      method: 'post',
      path: '/sign-ups',
      summary: 'Sign up a chain; its owner is invited by e-mail',
      access: 'public',
      body: signUpRequest,
      response: tenantReservation,
      status: 202,
      handler: async ({ body, request }) => {
        signUps.take(request.ip);
        const key = requestKey(request);
        return reservationOf(await reserveTenant(deps, body, key === undefined ? undefined : `sign-up/${key}`));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/sign-ups/:id',
      summary: 'How far a sign-up is, for who knows its id',
      access: 'public',
      params: z.strictObject({ id: uuid }),
      response: tenantReservation,
      handler: async ({ params: { id } }) => reservationOf(await found(deps, (tx) => tenantById(tx, id))),
    }),
    defineRoute({
      method: 'post',
      path: '/tenants',
      summary: 'Make a tenant, as a platform operator',
      access: platform,
      body: signUpRequest,
      response: tenantReservation,
      status: 202,
      handler: async ({ body, request }) => {
        const key = requestKey(request);
        return reservationOf(await reserveTenant(deps, body, key === undefined ? undefined : `operator/${key}`));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/tenants',
      summary: 'Tenants, newest first',
      access: platform,
      query: pageQuery.extend({ slug: slug.optional() }),
      response: pageOf(tenantRow),
      handler: ({ query: { limit, cursor, slug: wanted } }) =>
        deps.db.shared(async (tx) => {
          const rows = await listTenants(tx, limit + 1, cursorKey(uuid, cursor), wanted);
          return pageOfRows(rows.map(rowOf), limit, ({ tenantId }) => tenantId);
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/tenants/:tenant',
      summary: 'One tenant, by id or slug',
      access: platform,
      params: z.strictObject({ tenant: z.union([uuid, slug]) }),
      response: tenantRow,
      handler: async ({ params: { tenant } }) => rowOf(await found(deps, (tx) => tenantByIdOrSlug(tx, tenant))),
    }),
  ];
}

async function found({ db }: IdentityDeps, look: (tx: SharedTx) => Promise<Tenant | undefined>): Promise<Tenant> {
  const tenant = await db.shared(look);
  if (tenant === undefined) throw new NexusError('NX-1002', 'No such tenant');
  return tenant;
}

const reservationOf = ({ tenantId, slug: name, state }: Tenant): TenantReservation => ({ tenantId, slug: name, state });

const rowOf = (tenant: Tenant): TenantRow => ({
  ...reservationOf(tenant),
  name: tenant.name,
  country: tenant.country,
  currency: tenant.currency,
  cell: tenant.cell,
  ownerEmail: tenant.ownerEmail,
  failure: tenant.failure,
  createdAt: tenant.createdAt.toISOString(),
});
