import { randomBytes } from 'node:crypto';
import { orWhen, type KeycloakAdmin } from '../keycloak/keycloak-admin.ts';
import { PLATFORM_SLUG } from '../tenant/tenant.ts';

export interface OperatorRequest {
  readonly username: string;
  readonly email: string;
  /** Without one a new operator gets a generated password, and one who is there keeps theirs. */
  readonly password?: string | undefined;
}
export interface BootstrappedOperator {
  readonly organizationId: string;
  readonly username: string;
  /** Set only when this call set it. */
  readonly password: string | null;
}

/**
 * Makes the organization of platform operators and one member of it, or finds them. Idempotent: a call that was broken
 * off is completed by the next.
 */
export function bootstrapOperator(admin: KeycloakAdmin, request: OperatorRequest): Promise<BootstrappedOperator> {
  const { username, email } = request;
  return admin.run(async (client) => {
    const organizations = client.organizations;
    const find = async () => {
      const found = await organizations.find({ search: PLATFORM_SLUG, exact: true });
      return found.find(({ alias }) => alias === PLATFORM_SLUG)?.id;
    };
    const organizationId =
      (await find()) ?? (await organizations.create({ name: PLATFORM_SLUG, alias: PLATFORM_SLUG, enabled: true })).id;
    const known = (await client.users.find({ username, exact: true, max: 1 }))[0]?.id;
    const name = { firstName: 'Platform', lastName: 'Operator' };
    const id =
      known ?? (await client.users.create({ username, email, emailVerified: true, enabled: true, ...name })).id;
    const credentials = await client.users.getCredentials({ id });
    const password = request.password ?? (credentials.length === 0 ? randomBytes(18).toString('base64url') : null);
    if (password !== null)
      await client.users.resetPassword({ id, credential: { type: 'password', value: password, temporary: false } });
    await orWhen(409, organizations.addMember({ orgId: organizationId, userId: id }), null);
    return { organizationId, username, password };
  });
}
