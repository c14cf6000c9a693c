import { brandRow, newBrand, pageOf, pageQuery, uuid } from '@nexus/contracts';
import { defineRoute, type Route } from '@nexus/service-kit';
import { uuidv7 } from '@nexus/tenancy-db';
import { z } from 'zod';
import { requireWholeChain } from '../actor.ts';
import { once } from '../command/once.ts';
import { requestKey } from '../command/request-key.ts';
import type { IdentityDeps } from '../deps.ts';
import { cursorKey, pageOfRows } from '../paging.ts';
import { brandById, listBrands, saveBrand } from './brand.repository.ts';

export const brandRoutes = ({ db }: IdentityDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/brands',
    summary: 'Brands of the chain',
    access: { permission: 'chain:read' },
    query: pageQuery,
    response: pageOf(brandRow),
    handler: ({ ctx, query: { limit, cursor } }) =>
      db.tx(ctx, async (tx) =>
        pageOfRows(await listBrands(tx, limit + 1, cursorKey(uuid, cursor)), limit, ({ id }) => id),
      ),
  }),
  defineRoute({
    method: 'post',
    path: '/brands',
    summary: 'Add a brand',
    access: { permission: 'chain:manage' },
    body: newBrand,
    response: brandRow,
    status: 201,
    handler: ({ ctx, claims, body, request }) => {
      requireWholeChain(claims);
      const command = { key: requestKey(request), name: 'create-brand', content: body };
      return db.tx(ctx, (tx) => once(tx, command, () => saveBrand(tx, { id: uuidv7(), ...body })));
    },
  }),
  defineRoute({
    method: 'patch',
    path: '/brands/:id',
    summary: 'Rename a brand',
    access: { permission: 'chain:manage' },
    params: z.strictObject({ id: uuid }),
    body: newBrand,
    response: brandRow,
    handler: ({ ctx, claims, params: { id }, body }) => {
      requireWholeChain(claims);
      return db.tx(ctx, async (tx) => saveBrand(tx, { ...(await brandById(tx, id)), ...body }));
    },
  }),
];
