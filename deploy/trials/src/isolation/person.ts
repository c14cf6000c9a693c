import { beforeAll, expect, test } from '@jest/globals';
import {
  branchFacts,
  meAnswer,
  pageOf,
  ROLE_BUNDLES,
  staffRow,
  tokenAnswer,
  type Me,
  type newStaff,
  type Permission,
} from '@nexus/contracts';
import { waitFor } from '@nexus/testkit';
import { z } from 'zod';
import { ask, nameOf } from './ask.ts';
import { idsIn, type World } from './world.ts';

/** Somebody who owns A and is a cashier in B, with a token for each. */
export function personSuite(world: () => World): void {
  let owner: string;
  let cashier: string;
  let self: Me;

  beforeAll(async () => {
    await hire(world());
    owner = await tokenFor(world(), world().a.tenant.slug);
    cashier = await tokenFor(world(), world().b.tenant.slug);
    self = await me(world(), cashier);
  });

  test('is the same person with the rights of an owner here and of a cashier there', async () => {
    const here = await me(world(), owner);
    expect(here.subject).toBe(self.subject);
    expect(here).toMatchObject({ tenant: { id: world().a.tenant.id }, branches: null });
    expect(new Set(here.permissions)).toEqual(new Set(ROLE_BUNDLES.owner));
    expect(self).toMatchObject({ tenant: { id: world().b.tenant.id }, branches: [expect.any(String)] });
    expect(new Set(self.permissions)).toEqual(new Set(ROLE_BUNDLES.cashier));
  });

  test('is refused there whatever a cashier may not do, on every route', async () => {
    const { origin, routes, targets } = world();
    const may = new Set<string>(ROLE_BUNDLES.cashier satisfies readonly Permission[]);
    const closed = routes.filter(
      ({ permissions, streams }) => !streams && permissions.length > 0 && !permissions.some((one) => may.has(one)),
    );
    expect(closed.length).toBeGreaterThan(15);
    const wrong: string[] = [];
    for (const route of closed) {
      const { status } = await ask(origin, route, { token: cashier, id: targets[0] ?? '' });
      if (status !== 403) wrong.push(`${nameOf(route)} → ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  test('sees with each token one chain alone', async () => {
    const { origin, routes, secrets, secretsOfA } = world();
    const lists = routes.filter(
      ({ method, path, needsToken, streams, parameters }) =>
        method === 'GET' && needsToken && !streams && !path.includes('{') && parameters.every((p) => !p.required),
    );
    const found: string[] = [];
    for (const route of lists) {
      for (const [token, foreign] of [
        [owner, secrets],
        [cashier, secretsOfA],
      ] as const) {
        const { text } = await ask(origin, route, { token });
        // The person's own id is the same in both.
        if (idsIn(text).some((id) => id !== self.subject && foreign.has(id))) found.push(nameOf(route));
      }
    }
    expect(found).toEqual([]);
  });
}

async function hire({ b: { api }, ownerOfA }: World): Promise<void> {
  const { items } = await api.call({ path: '/api/identity/branches', response: pageOf(branchFacts) });
  const body: z.input<typeof newStaff> = {
    name: 'Owner elsewhere',
    email: ownerOfA,
    grants: [{ role: 'cashier', scope: { kind: 'branch', id: items[0]?.id ?? '' } }],
  };
  await api.call({ method: 'POST', path: '/api/identity/staff', body, response: staffRow });
}

const me = async ({ origin }: World, token: string): Promise<Me> => {
  const answer = await fetch(`${origin}/api/identity/me`, { headers: { authorization: `Bearer ${token}` } });
  return meAnswer.parse(await answer.json());
};

/** Signs in at Keycloak for one organization, and exchanges that token for one of Nexus. */
async function tokenFor(world: World, organization: string): Promise<string> {
  const keycloak = await waitFor(() => signIn(world, organization), { what: 'a sign-in', timeoutMs: 30_000 });
  const answer = await fetch(`${world.origin}/api/identity/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keycloak}` },
  });
  return tokenAnswer.parse(await answer.json()).accessToken;
}

/** Keycloak refuses somebody's second sign-in while it still notes the first: undefined then. */
async function signIn({ platform, origin, ownerOfA }: World, organization: string): Promise<string | undefined> {
  const { realm } = platform.engines.keycloak;
  const answer = await fetch(`${origin}/auth/realms/${realm}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'password', client_id: 'nexus-cli', scope: `openid organization:${organization}` },
      ...{ username: ownerOfA, password: platform.platform.initialPassword },
    }),
  });
  if (!answer.ok) return undefined;
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
}
