import { NexusError, OPERATOR_TENANT_PERMISSIONS, type OperatorTokenAnswer, type RoleScope } from '@nexus/contracts';
import { uuidv7 } from '@nexus/tenancy-db';
import { branchPlaces } from '../branch/branch.repository.ts';
import type { IdentityDeps } from '../deps.ts';
import { resolveAccess } from '../permission/resolve-access.ts';
import { tokensCountFrom } from '../revocation/revocation.repository.ts';
import { grantsOf, staffBySubject } from '../staff/staff.repository.ts';
import { tenantByOrganization } from '../tenant/tenant.repository.ts';
import { tenantByIdOrSlug } from '../tenant/tenant-by-key.ts';
import { PLATFORM_SLUG } from '../tenant/tenant.ts';
import { singleOrganization } from './keycloak-token.ts';
import type { IssuedToken, TokenSubject } from './token-signer.ts';

/**
 * A Nexus access token for a Keycloak one. The organization says the tenant, the roles in its schema say what the person
 * may do; with a scope, what they may do throughout it.
 *
 * @throws NexusError NX-2001, NX-2002 the token; NX-2004 not exactly one organization; NX-2003 no right in it
 */
export async function exchangeToken(
  deps: IdentityDeps,
  authorization: string | undefined,
  scope?: RoleScope,
): Promise<IssuedToken> {
  const identity = await deps.verifyKeycloakToken(authorization);
  const organization = singleOrganization(identity);
  const { subject } = identity;
  if (isPlatform(deps, organization)) {
    const from = await deps.db.shared((tx) => tokensCountFrom(tx, null, subject));
    return deps.signer.issue({ sub: subject, typ: 'operator', perms: ['platform:operate'] }, from);
  }
  const { tenant, countFrom } = await deps.db.shared(async (tx) => {
    const found = await tenantByOrganization(tx, organization.id);
    return { tenant: found, countFrom: found && (await tokensCountFrom(tx, found.tenantId, subject)) };
  });
  if (tenant === undefined) throw new NexusError('NX-2003', 'The organization is no chain that is ready');
  const access = await deps.db.tx(tenant, async (tx) => {
    const staff = await staffBySubject(tx, subject);
    if (staff?.active !== true) return null;
    const grants = (await grantsOf(tx, [staff.id])).get(staff.id) ?? [];
    return resolveAccess(grants, await branchPlaces(tx), scope);
  });
  if (access === null) throw new NexusError('NX-2003', 'No role here permits anything');
  const claims: TokenSubject = {
    sub: subject,
    typ: 'person',
    ten: tenant.tenantId,
    slug: tenant.slug,
    perms: access.permissions,
    ...(access.branches === null ? {} : { branches: access.branches }),
  };
  return deps.signer.issue(claims, countFrom);
}

export const isPlatform = (
  { settings: { platformOrganizationId } }: IdentityDeps,
  { id, alias }: { readonly id: string; readonly alias: string },
): boolean => alias === PLATFORM_SLUG && (platformOrganizationId === undefined || id === platformOrganizationId);

/** A platform operator's token for one tenant, with fixed permissions; the tenant keeps a record that it was taken. */
export async function issueOperatorToken(
  { db, signer }: IdentityDeps,
  operator: string,
  tenantKey: string,
): Promise<OperatorTokenAnswer> {
  const { tenant, countFrom } = await db.shared(async (tx) => ({
    tenant: await tenantByIdOrSlug(tx, tenantKey),
    countFrom: await tokensCountFrom(tx, null, operator),
  }));
  if (tenant === undefined) throw new NexusError('NX-1002', 'No such tenant');
  if (tenant.state !== 'ready') throw new NexusError('IDN-1002', `The tenant is ${tenant.state}`);
  await db.tx(tenant, (tx) =>
    tx.query('INSERT INTO operator_access (id, operator) VALUES ($1, $2)', [uuidv7(), operator]),
  );
  const { tenantId: id, slug, name, country, currency } = tenant;
  const claims: TokenSubject = {
    sub: operator,
    typ: 'operator',
    ten: id,
    slug,
    perms: [...OPERATOR_TENANT_PERMISSIONS],
  };
  const token = await signer.issue(claims, countFrom);
  return { ...token, tenant: { id, slug, name, country, currency } };
}
