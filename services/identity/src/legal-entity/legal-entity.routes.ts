import {
  legalEntityChange,
  legalEntityFacts,
  newLegalEntity,
  NexusError,
  pageOf,
  pageQuery,
  uuid,
} from '@nexus/contracts';
import { isCurrency } from '@nexus/money';
import { defineRoute, type Route } from '@nexus/service-kit';
import { uuidv7 } from '@nexus/tenancy-db';
import { z } from 'zod';
import { requireWholeChain } from '../actor.ts';
import { once } from '../command/once.ts';
import { requestKey } from '../command/request-key.ts';
import type { IdentityDeps } from '../deps.ts';
import { cursorKey, pageOfRows } from '../paging.ts';
import { isCountry } from '../tenant/country.ts';
import { legalEntityById, listLegalEntities, saveLegalEntity } from './legal-entity.repository.ts';

const params = z.strictObject({ id: uuid });

export const legalEntityRoutes = ({ db }: IdentityDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/legal-entities',
    summary: 'Legal entities of the chain',
    access: { permission: 'chain:read' },
    query: pageQuery,
    response: pageOf(legalEntityFacts),
    handler: ({ ctx, query: { limit, cursor } }) =>
      db.tx(ctx, async (tx) =>
        pageOfRows(await listLegalEntities(tx, limit + 1, cursorKey(uuid, cursor)), limit, ({ id }) => id),
      ),
  }),
  defineRoute({
    method: 'post',
    path: '/legal-entities',
    summary: 'Add a legal entity; its country and currency are fixed from then on',
    access: { permission: 'chain:manage' },
    body: newLegalEntity,
    response: legalEntityFacts,
    status: 201,
    handler: ({ ctx, claims, body, request }) => {
      requireWholeChain(claims);
      if (!isCurrency(body.currency) || !isCountry(body.country)) throw new NexusError('IDN-1006');
      const command = { key: requestKey(request), name: 'create-legal-entity', content: body };
      return db.tx(ctx, (tx) => once(tx, command, () => saveLegalEntity(db, tx, { id: uuidv7(), ...body })));
    },
  }),
  defineRoute({
    method: 'get',
    path: '/legal-entities/:id',
    summary: 'One legal entity',
    access: { permission: 'chain:read' },
    params,
    response: legalEntityFacts,
    handler: ({ ctx, params: { id } }) => db.tx(ctx, (tx) => legalEntityById(tx, id)),
  }),
  defineRoute({
    method: 'patch',
    path: '/legal-entities/:id',
    summary: 'Change name, tax number or fiscal calendar',
    access: { permission: 'chain:manage' },
    params,
    body: legalEntityChange,
    response: legalEntityFacts,
    handler: ({ ctx, claims, params: { id }, body }) => {
      requireWholeChain(claims);
      return db.tx(ctx, async (tx) => {
        const before = await legalEntityById(tx, id);
        return saveLegalEntity(db, tx, {
          ...before,
          name: body.name ?? before.name,
          taxNumber: body.taxNumber === undefined ? before.taxNumber : body.taxNumber,
          fiscalYearStart: body.fiscalYearStart ?? before.fiscalYearStart,
        });
      });
    },
  }),
];
