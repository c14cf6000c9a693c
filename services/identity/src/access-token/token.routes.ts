import {
  NexusError,
  operatorRevocation,
  operatorTokenAnswer,
  operatorTokenParams,
  tokenAnswer,
  tokenQuery,
  type RoleScope,
} from '@nexus/contracts';
import { defineRoute, noContent, type Route } from '@nexus/service-kit';
import type { z } from 'zod';
import type { IdentityDeps } from '../deps.ts';
import { refuseEarlierTokensEverywhere } from '../revocation/revocation.repository.ts';
import { exchangeToken, issueOperatorToken } from './exchange-token.ts';

export const tokenRoutes = (deps: IdentityDeps): Route[] => [
  defineRoute({
    method: 'post',
    path: '/token',
    summary: 'A Nexus access token for a Keycloak token that names one organization',
    access: 'public', // the bearer is a Keycloak token, which only this handler knows how to verify
    query: tokenQuery,
    response: tokenAnswer,
    handler: ({ query, request }) => exchangeToken(deps, request.headers.authorization, scopeOf(query)),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/:tenant/operator-token',
    summary: 'A platform operator’s token for one tenant; the tenant keeps a record',
    access: { permission: 'platform:operate' },
    params: operatorTokenParams,
    response: operatorTokenAnswer,
    handler: ({ claims, params: { tenant } }) => issueOperatorToken(deps, claims.sub, tenant),
  }),
  defineRoute({
    method: 'post',
    path: '/operator-revocations',
    summary: 'Refuse every token that a platform operator got until now',
    access: { permission: 'platform:operate' },
    body: operatorRevocation,
    response: noContent,
    handler: async ({ claims, body: { subject } }) => {
      await deps.db.shared((tx) => refuseEarlierTokensEverywhere(tx, subject));
      deps.logger.info({ subject, by: claims.sub }, 'the tokens of a platform operator were revoked');
    },
  }),
];

function scopeOf({ scope, id }: z.output<typeof tokenQuery>): RoleScope | undefined {
  if ((id !== undefined) !== (scope === 'branch' || scope === 'legal-entity'))
    throw new NexusError('NX-1001', undefined, {
      errors: [{ path: 'query.id', message: 'goes with the scopes branch and legal-entity' }],
    });
  if (scope === undefined || scope === 'chain') return scope && { kind: scope };
  return { kind: scope, id: id ?? '' };
}
