import { branchChange, branchFacts, newBranch, NexusError, pageOf, pageQuery, uuid } from '@nexus/contracts';
import { assertSeesBranch, defineRoute, visibleBranches, type Route } from '@nexus/service-kit';
import { uuidv7, type TenantTx } from '@nexus/tenancy-db';
import { z } from 'zod';
import { requireWholeChain } from '../actor.ts';
import { brandById } from '../brand/brand.repository.ts';
import { once } from '../command/once.ts';
import { requestKey } from '../command/request-key.ts';
import type { IdentityDeps } from '../deps.ts';
import { legalEntityById } from '../legal-entity/legal-entity.repository.ts';
import { mentioned } from '../mentioned.ts';
import { cursorKey, indexKey, pageOfRows } from '../paging.ts';
import { branchById, branchFactsOf, listBranches, nextBranchIndex, saveBranch } from './branch.repository.ts';

const params = z.strictObject({ id: uuid });

export const branchRoutes = ({ db }: IdentityDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/branches',
    summary: 'Branches that the bearer may see',
    access: { permission: 'chain:read' },
    query: pageQuery,
    response: pageOf(branchFacts),
    handler: ({ ctx, claims, query: { limit, cursor } }) =>
      db.tx(ctx, async (tx) => {
        const rows = await listBranches(tx, visibleBranches(claims), limit + 1, cursorKey(indexKey, cursor));
        return pageOfRows(await branchFactsOf(tx, rows), limit, ({ index }) => index);
      }),
  }),
  defineRoute({
    method: 'post',
    path: '/branches',
    summary: 'Open a branch; its legal entity is fixed from then on',
    access: { permission: 'chain:manage' },
    body: newBranch,
    response: branchFacts,
    status: 201,
    handler: ({ ctx, claims, body, request }) => {
      requireWholeChain(claims);
      const command = { key: requestKey(request), name: 'create-branch', content: body };
      return db.tx(ctx, (tx) =>
        once(tx, command, async () => {
          await mentioned('legalEntity', legalEntityById(tx, body.legalEntity));
          await checkBrand(tx, body.brand);
          return saveBranch(db, tx, { id: uuidv7(), index: await nextBranchIndex(tx), ...body });
        }),
      );
    },
  }),
  defineRoute({
    method: 'get',
    path: '/branches/:id',
    summary: 'One branch',
    access: { permission: 'chain:read' },
    params,
    response: branchFacts,
    handler: ({ ctx, claims, params: { id } }) => {
      assertSeesBranch(claims, id);
      return db.tx(ctx, async (tx) => {
        const [facts] = await branchFactsOf(tx, [await branchById(tx, id)]);
        if (facts === undefined) throw new NexusError('NX-1002');
        return facts;
      });
    },
  }),
  defineRoute({
    method: 'patch',
    path: '/branches/:id',
    summary: 'Change name, brand, zone or day cut-off',
    access: { permission: 'chain:manage' },
    params,
    body: branchChange,
    response: branchFacts,
    handler: ({ ctx, claims, params: { id }, body }) => {
      assertSeesBranch(claims, id);
      return db.tx(ctx, async (tx) => {
        const before = await branchById(tx, id);
        await checkBrand(tx, body.brand ?? null);
        return saveBranch(db, tx, {
          ...before,
          name: body.name ?? before.name,
          zone: body.zone ?? before.zone,
          brand: body.brand === undefined ? before.brand : body.brand,
          dayCutoffMinutes: body.dayCutoffMinutes ?? before.dayCutoffMinutes,
        });
      });
    },
  }),
];

const checkBrand = async (tx: TenantTx, brand: string | null): Promise<void> => {
  if (brand !== null) await mentioned('brand', brandById(tx, brand));
};
