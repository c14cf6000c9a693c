import { taxGroupCode, taxGroupFacts, taxGroupInput, taxGroupList } from '@nexus/contracts';
import { defineRoute, noContent, type Route } from '@nexus/service-kit';
import { z } from 'zod';
import type { CatalogDeps } from '../deps.ts';
import { listTaxGroups } from './tax-group.repository.ts';
import { deleteTaxGroup, putTaxGroup } from './write-tax-group.ts';

const oneGroup = z.strictObject({ code: taxGroupCode });

export const taxGroupRoutes = (deps: CatalogDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/tax-groups',
    summary: 'All tax groups with their components',
    access: { permission: 'catalog:read' },
    response: taxGroupList,
    handler: async ({ ctx }) => ({ items: await deps.db.tx(ctx, listTaxGroups) }),
  }),
  defineRoute({
    method: 'put',
    path: '/tax-groups/:code',
    summary: 'Make a tax group, or replace it whole',
    access: { permission: 'catalog:manage' },
    params: oneGroup,
    body: taxGroupInput,
    response: taxGroupFacts,
    handler: ({ ctx, params, body }) => putTaxGroup(deps, ctx, params.code, body),
  }),
  defineRoute({
    method: 'delete',
    path: '/tax-groups/:code',
    summary: 'Remove a tax group that no product uses',
    access: { permission: 'catalog:manage' },
    params: oneGroup,
    response: noContent,
    handler: ({ ctx, params }) => deleteTaxGroup(deps, ctx, params.code),
  }),
];
