import { expect, test, beforeAll } from '@jest/globals';
import * as contracts from '@nexus/contracts';
import { generateKeyPair, SignJWT } from 'jose';
import { ask, nameOf } from './ask.ts';
import { settledFootprint, type Footprint } from './footprint.ts';
import { leaks, type World } from './world.ts';
import type { PlatformRoute } from '../routes.ts';

/** Every route of every service, as its own OpenAPI document tells it: a new one is in here by itself. */
export function httpSuite(world: () => World): void {
  let before: Footprint;
  beforeAll(async () => {
    const { platform, b, targets } = world();
    before = await settledFootprint(platform, b.tenant.id, targets);
  });

  test('there is something to find', () => {
    expect(world().routes.length).toBeGreaterThan(40);
    expect(world().secrets.size).toBeGreaterThan(15);
    expect(world().targets.length).toBeGreaterThan(5);
  });

  test('every route that wants a token refuses none, an unsigned, a foreign, an expired and one for somebody else', async () => {
    const { origin, routes, a, b, targets } = world();
    const tokens = await badTokens(await a.api.bearer(), b.tenant.id);
    const passed: string[] = [];
    // Its tokens are Keycloak's; identity's own suite proves that exchange.
    const ofKeycloak = (route: PlatformRoute): boolean =>
      route.service === 'identity' && /^\/(token|me\/organizations)$/.test(route.path);
    for (const route of routes.filter((one) => one.needsToken && !ofKeycloak(one))) {
      for (const token of tokens) {
        const { status } = await ask(origin, route, {
          ...(token === undefined ? {} : { token }),
          id: targets[0] ?? '',
        });
        if (status !== 401) passed.push(`${nameOf(route)} → ${status}`);
      }
    }
    expect(passed).toEqual([]);
  });

  test('no route with A’s token and B’s ids tells A anything of B', async () => {
    const { origin, routes, a, b, targets } = world();
    const wrong: string[] = [];
    const sent = routes.filter((route) => route.needsToken && !route.streams);
    for (const route of sent) {
      const byId = route.path.includes('{');
      for (const id of byId ? targets : targets.slice(0, 4)) {
        const { status, text } = await ask(origin, route, { token: await a.api.bearer(), id, tenant: b.tenant.id });
        const found = leaks(world(), text, id);
        if (found.length > 0) wrong.push(`${nameOf(route)} told ${found[0] ?? ''}`);
        if (byId && !refusals(route).includes(status))
          wrong.push(`${nameOf(route)} answered ${status} to an id of another tenant`);
        if (status >= 500) wrong.push(`${nameOf(route)} failed with ${status}: ${text.slice(0, 200)}`);
      }
    }
    expect([...new Set(wrong)]).toEqual([]);
  });

  test('routes above tenants are not for tenants', async () => {
    const { origin, routes, a, b } = world();
    const above = routes.filter(isAboveTenants);
    expect(above.length).toBeGreaterThan(0);
    for (const route of above) {
      const { status } = await ask(origin, route, { token: await a.api.bearer(), id: b.tenant.id });
      expect([nameOf(route), status]).toEqual([nameOf(route), 403]);
    }
  });

  test('and no row of B is another afterwards, and none elsewhere names one of B’s', async () => {
    const { platform, b, targets, secrets, idsOfB } = world();
    expect(await settledFootprint(platform, b.tenant.id, targets)).toEqual(before);
    const now = await idsOfB();
    expect([...secrets].filter((id) => id !== b.tenant.id && !now.has(id))).toEqual([]);
  });
}

const isAboveTenants = ({ permissions }: PlatformRoute): boolean =>
  permissions.length === 1 && permissions[0] === 'platform:operate';

/** What may be said to an id of another tenant: that there is no such thing, as if it had never been given to anybody. */
function refusals(route: PlatformRoute): readonly number[] {
  if (isAboveTenants(route)) return [403];
  const named = route.parameters.filter((one) => one.in === 'path');
  const byUuid = named.every(({ schema }) => JSON.stringify(schema).includes('[0-9a-f]{12}'));
  // What has a code of its own choosing instead cannot be called by a UUID.
  return byUuid ? [404] : [404, 400];
}

async function badTokens(good: string, tenant: string): Promise<(string | undefined)[]> {
  const { privateKey } = await generateKeyPair('ES256');
  const claims = { sub: 'x', typ: 'person', ten: tenant, perms: [...contracts.PERMISSIONS], jti: 'x' };
  const sign = (audience: string, expires: string): Promise<string> =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(contracts.TOKEN_ISSUER)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(privateKey);
  const [head, payload] = good.split('.');
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload ?? ''}.`;
  const resigned = `${head ?? ''}.${payload ?? ''}.${'A'.repeat(86)}`;
  const own = [await sign('nexus', '5m'), await sign('nexus', '-5m'), await sign('other', '5m')];
  return [undefined, 'x', unsigned, resigned, ...own];
}
