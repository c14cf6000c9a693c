import { meAnswer, myOrganizations, type AccessTokenClaims, type Me, type MyOrganizations } from '@nexus/contracts';
import { defineRoute, type Route } from '@nexus/service-kit';
import { isPlatform } from '../access-token/exchange-token.ts';
import type { IdentityDeps } from '../deps.ts';
import { grantsOf, staffBySubject } from '../staff/staff.repository.ts';
import { PLATFORM_SLUG } from '../tenant/tenant.ts';
import { tenantById, tenantsOfOrganizations } from '../tenant/tenant.repository.ts';

export const meRoutes = (deps: IdentityDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/me',
    summary: 'Who the bearer is, in which chain, and what they may do',
    access: 'authenticated',
    response: meAnswer,
    handler: ({ claims }) => whoIs(deps, claims),
  }),
  defineRoute({
    method: 'get',
    path: '/me/organizations',
    summary: 'Chains that a person may choose from, for a Keycloak token',
    access: 'public', // the bearer is a Keycloak token, which only this handler knows how to verify
    response: myOrganizations,
    handler: ({ request }) => organizationsOf(deps, request.headers.authorization),
  }),
];

async function whoIs({ db }: IdentityDeps, claims: AccessTokenClaims): Promise<Me> {
  const { ten: tenantId, sub: subject, typ: kind } = claims;
  const tenant = tenantId === undefined ? undefined : await db.shared((tx) => tenantById(tx, tenantId));
  const staff =
    tenantId === undefined || kind !== 'person'
      ? null
      : await db.tx({ tenantId }, async (tx) => {
          const found = await staffBySubject(tx, subject);
          return found && { ...found, grants: [...((await grantsOf(tx, [found.id])).get(found.id) ?? [])] };
        });
  return {
    subject,
    kind,
    tenant:
      tenant === undefined
        ? null
        : {
            id: tenant.tenantId,
            slug: tenant.slug,
            name: tenant.name,
            currency: tenant.currency,
            country: tenant.country,
          },
    permissions: claims.perms,
    branches: claims.branches ?? null,
    staff,
  };
}

async function organizationsOf(deps: IdentityDeps, authorization: string | undefined): Promise<MyOrganizations> {
  const { db, keycloak } = deps;
  const { subject } = await deps.verifyKeycloakToken(authorization);
  const organizations = await keycloak.organizationsOf(subject);
  const ids = organizations.map(({ id }) => id);
  const tenants = await db.shared((tx) => tenantsOfOrganizations(tx, ids));
  const operates = organizations.some((organization) => isPlatform(deps, organization));
  return {
    items: [
      ...tenants.map(({ slug, name, tenantId }) => ({ alias: slug, name, kind: 'tenant' as const, tenantId })),
      ...(operates
        ? [{ alias: PLATFORM_SLUG, name: 'Nexus platform', kind: 'platform' as const, tenantId: null }]
        : []),
    ],
  };
}
