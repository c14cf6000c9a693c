import { getEngines, waitFor } from '@nexus/testkit';
import { randomUUID } from 'node:crypto';
import { KeycloakAdmin, orWhen } from '../keycloak/keycloak-admin.ts';

/** Password of everybody whom a suite makes. */
export const PASSWORD = 'only-for-tests-1';

/** An e-mail address and a slug that no other suite has; Keycloak's realm is shared. */
export const uniqueSlug = (name: string): string => `x-${name}-${randomUUID().slice(0, 8)}`;
export const uniqueEmail = (name: string): string => `${uniqueSlug(name)}@example.test`;

export function testAdmin(): KeycloakAdmin {
  const { url, realm, identityClientId, identityClientSecret } = getEngines().keycloak;
  return new KeycloakAdmin({
    url,
    realm,
    clientId: identityClientId,
    clientSecret: identityClientSecret,
    timeoutMs: 60_000,
  });
}

/**
 * A Keycloak access token by user name and password, as the nexus command gets one. Tried again for a while: Keycloak
 * refuses a person whose last sign-in it is still noting (its guard against guessing).
 */
export const signIn = (username: string, scope: string, password = PASSWORD): Promise<string> =>
  waitFor(() => signInOnce(username, scope, password), { what: `Keycloak to sign ${username} in`, intervalMs: 200 });

async function signInOnce(username: string, scope: string, password: string): Promise<string> {
  const { url, realm } = getEngines().keycloak;
  const body = new URLSearchParams({ grant_type: 'password', client_id: 'nexus-cli', username, password, scope });
  const answer = await fetch(`${url}/realms/${realm}/protocol/openid-connect/token`, { method: 'POST', body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Keycloak answered ${answer.status} ${text}`);
  return (JSON.parse(text) as { access_token: string }).access_token;
}

/** Removes what a suite made in the shared realm, by alias and e-mail address. */
export async function removeFromKeycloak(aliases: readonly string[], emails: readonly string[]): Promise<void> {
  await testAdmin().run(async (client) => {
    for (const alias of aliases)
      for (const { id } of await client.organizations.find({ search: alias, exact: true }))
        if (id !== undefined) await orWhen(404, client.organizations.delById({ id }), null);
    for (const email of emails)
      for (const { id } of await client.users.find({ email, exact: true }))
        if (id !== undefined) await orWhen(404, client.users.del({ id }), null);
  });
}
