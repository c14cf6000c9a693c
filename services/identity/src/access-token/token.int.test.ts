import {
  accessTokenClaims,
  OPERATOR_TENANT_PERMISSIONS,
  ROLE_BUNDLES,
  type Me,
  type MyOrganizations,
} from '@nexus/contracts';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { getEngines, waitFor } from '@nexus/testkit';
import { decodeJwt, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { startIdentity, type IdentityFixture, type TestChain } from '../testing/identity-fixture.ts';
import { signIn, uniqueEmail } from '../testing/people.ts';

jest.setTimeout(180_000);

let identity: IdentityFixture;
let kente: TestChain;
let adom: TestChain;

beforeAll(async () => {
  identity = await startIdentity();
  kente = await identity.chain('kente');
  adom = await identity.chain('adom');
}, 120_000);
afterAll(() => identity?.stop(), 60_000);

const tokenFor = (keycloakToken: string, query = '') =>
  identity.call<{ accessToken: string; code: string }>('POST', `/token${query}`, { token: keycloakToken });
const organizationScope = (...chains: TestChain[]) =>
  `openid ${chains.map(({ slug }) => `organization:${slug}`).join(' ')}`;

describe('a Keycloak token for a Nexus one', () => {
  test('the owner of a chain gets the whole chain', async () => {
    const { status, body } = await tokenFor(await signIn(kente.ownerEmail, organizationScope(kente)));
    expect(status).toBe(200);
    const claims = accessTokenClaims.parse(decodeJwt(body.accessToken));
    expect(claims).toMatchObject({ typ: 'person', ten: kente.tenantId, slug: kente.slug });
    expect(new Set(claims.perms)).toEqual(new Set(ROLE_BUNDLES.owner));
    expect(claims.branches).toBeUndefined();
    const me = await identity.call<Me>('GET', '/me', { token: body.accessToken });
    expect(me.body).toMatchObject({ tenant: { slug: kente.slug }, staff: { grants: [{ role: 'owner' }] } });
  });

  test('one person owns one chain and is a cashier in another', async () => {
    const owner = await identity.token(adom.ownerEmail, adom.slug);
    const entities = await identity.call<{ items: { id: string }[] }>('GET', '/legal-entities', { token: owner });
    const branch = await identity.call<{ id: string }>('POST', '/branches', {
      token: owner,
      body: { name: 'Osu', legalEntity: entities.body.items[0]?.id, zone: 'Africa/Accra' },
    });
    const invited = await identity.call('POST', '/staff', {
      token: owner,
      body: {
        name: 'Ama Mensah',
        email: kente.ownerEmail,
        grants: [{ role: 'cashier', scope: { kind: 'branch', id: branch.body.id } }],
      },
    });
    expect(invited.status).toBe(201);

    const cashier = accessTokenClaims.parse(decodeJwt(await identity.token(kente.ownerEmail, adom.slug)));
    expect(cashier).toMatchObject({ ten: adom.tenantId, branches: [branch.body.id] });
    expect(new Set(cashier.perms)).toEqual(new Set(ROLE_BUNDLES.cashier));
    const own = accessTokenClaims.parse(decodeJwt(await identity.token(kente.ownerEmail, kente.slug)));
    expect(own).toMatchObject({ ten: kente.tenantId });
    expect(own.branches).toBeUndefined();

    const anywhere = await signIn(kente.ownerEmail, 'openid');
    const chains = await identity.call<MyOrganizations>('GET', '/me/organizations', { token: anywhere });
    expect(chains.body.items.map(({ alias }) => alias).sort()).toEqual([adom.slug, kente.slug].sort());

    const both = await signIn(kente.ownerEmail, 'openid organization:*');
    expect(await tokenFor(both)).toMatchObject({ status: 403, body: { code: 'NX-2004' } });
  });

  test('another view is asked for by its scope', async () => {
    const keycloakToken = await signIn(kente.ownerEmail, organizationScope(kente));
    expect((await tokenFor(keycloakToken, '?scope=chain')).status).toBe(200);
    expect(await tokenFor(keycloakToken, '?scope=branch')).toMatchObject({ status: 400, body: { code: 'NX-1001' } });
    const nowhere = `?scope=branch&id=${kente.tenantId}`;
    expect(await tokenFor(keycloakToken, nowhere)).toMatchObject({ status: 403, body: { code: 'NX-2003' } });
  });

  test('no organization: 403', async () => {
    const answer = await tokenFor(await signIn(kente.ownerEmail, 'openid'));
    expect(answer).toMatchObject({ status: 403, body: { code: 'NX-2004' } });
  });

  test('a member without a role: 403', async () => {
    const email = uniqueEmail('visitor');
    identity.remember({ email });
    const { keycloak } = identity.deps;
    const { subject } = await keycloak.ensurePerson({ email, name: 'Kofi', provisioningId: 'test' });
    const [organization] = await keycloak.organizationsOf(
      (await keycloak.ensurePerson({ email: adom.ownerEmail, name: '', provisioningId: 'test' })).subject,
    );
    await keycloak.ensureMember(organization?.id ?? '', subject);
    const answer = await tokenFor(await signIn(email, organizationScope(adom)));
    expect(answer).toMatchObject({ status: 403, body: { code: 'NX-2003' } });
  });

  const { issuer } = getEngines().keycloak;
  const forged = async (claims: Record<string, unknown> = {}) => {
    const { privateKey } = await generateKeyPair('RS256');
    return new SignJWT({ typ: 'Bearer', organization: { [kente.slug]: { id: 'x' } }, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'forged' })
      .setSubject('somebody')
      .setIssuer(issuer)
      .setAudience('nexus-identity')
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey);
  };
  const unsigned = () =>
    new UnsecuredJWT({ typ: 'Bearer' }).setSubject('s').setIssuer(issuer).setAudience('nexus-identity').encode();
  test.each<[string, () => Promise<string> | string]>([
    ['signed by somebody else', forged],
    ['unsigned', unsigned],
    ['a Nexus token', () => identity.token(kente.ownerEmail, kente.slug)],
    [
      'changed on the way',
      async () => (await signIn(kente.ownerEmail, organizationScope(kente))).replace(/\.[^.]+\./, '.e30.'),
    ],
  ])('%s: 401', async (_what, token) => {
    expect(await tokenFor(await token())).toMatchObject({ status: 401, body: { code: 'NX-2002' } });
    expect((await identity.call('GET', '/me/organizations', { token: await token() })).status).toBe(401);
  });

  test('none: 401', async () => {
    expect(await identity.call('POST', '/token')).toMatchObject({ status: 401, body: { code: 'NX-2001' } });
  });
});

describe('a Nexus token at the door', () => {
  test('a Keycloak token opens nothing', async () => {
    const token = await signIn(kente.ownerEmail, organizationScope(kente));
    expect(await identity.call('GET', '/branches', { token })).toMatchObject({
      status: 401,
      body: { code: 'NX-2002' },
    });
  });

  test('expired, or for another audience: 401', async () => {
    const { signer } = identity.deps;
    const good = (await signer.issue({ sub: 'p', typ: 'person', ten: kente.tenantId, perms: ['chain:read'] }))
      .accessToken;
    expect((await identity.call('GET', '/branches', { token: good })).status).toBe(200);
    const foreign = await generateKeyPair('ES256');
    const base = { ...decodeJwt(good) };
    const resigned = new SignJWT(base).setProtectedHeader({ alg: 'ES256', kid: 'other' });
    expect((await identity.call('GET', '/branches', { token: await resigned.sign(foreign.privateKey) })).status).toBe(
      401,
    );
    const bad = new UnsecuredJWT(base).encode();
    expect((await identity.call('GET', '/branches', { token: bad })).status).toBe(401);
  });
});

describe('platform operators', () => {
  test('stand above tenants, and enter one with fixed permissions, which it can see', async () => {
    const operator = await identity.operatorToken();
    expect(decodeJwt(operator)).toMatchObject({ typ: 'operator', perms: ['platform:operate'] });
    expect(await identity.call('GET', '/branches', { token: operator })).toMatchObject({ status: 403 });
    const tenants = await identity.call<{ items: { slug: string }[] }>('GET', `/tenants?slug=${kente.slug}`, {
      token: operator,
    });
    expect(tenants.body.items).toMatchObject([{ slug: kente.slug, state: 'ready' }]);

    const entered = await identity.call<{ accessToken: string }>('POST', `/tenants/${kente.slug}/operator-token`, {
      token: operator,
    });
    expect(entered.body).toMatchObject({ tenant: { id: kente.tenantId, currency: 'GHS' } });
    const claims = accessTokenClaims.parse(decodeJwt(entered.body.accessToken));
    expect(claims).toMatchObject({ typ: 'operator', ten: kente.tenantId, perms: [...OPERATOR_TENANT_PERMISSIONS] });
    expect((await identity.call('GET', '/branches', { token: entered.body.accessToken })).status).toBe(200);

    const owner = await identity.token(kente.ownerEmail, kente.slug);
    const seen = await identity.call<{ items: unknown[] }>('GET', '/operator-accesses', { token: owner });
    expect(seen.body.items).toMatchObject([{ operator: claims.sub }]);
    expect((await identity.call('GET', '/tenants', { token: owner })).status).toBe(403);
    const back = await identity.call('POST', `/tenants/${adom.slug}/operator-token`, {
      token: entered.body.accessToken,
    });
    expect(back.status).toBe(403);
  });
});

describe('the tokens of a platform operator', () => {
  test('are refused once they are revoked, above tenants and inside them; later ones are good', async () => {
    const [platform, second] = [await identity.operatorToken(), await identity.operatorToken()];
    const inside = async (token: string) =>
      (await identity.call<{ accessToken: string }>('POST', `/tenants/${kente.slug}/operator-token`, { token })).body
        .accessToken;
    const tenant = await inside(platform);
    const statuses = async (...tokens: string[]) =>
      Promise.all(tokens.map(async (token) => (await identity.call('GET', '/me', { token })).status));
    expect(await statuses(platform, second, tenant)).toEqual([200, 200, 200]);

    const subject = decodeJwt(platform).sub;
    const owner = await identity.token(kente.ownerEmail, kente.slug);
    const revoke = (token: string) => identity.call('POST', '/operator-revocations', { token, body: { subject } });
    expect((await revoke(owner)).status).toBe(403);
    expect((await revoke(platform)).status).toBe(204);
    // Issued in the same second, and yet after it.
    const next = await identity.operatorToken();
    await waitFor(async () => (await statuses(platform))[0] === 401, { what: 'the revocation', timeoutMs: 50_000 });
    expect(await statuses(second, tenant)).toEqual([401, 401]);
    await waitFor(async () => (await statuses(next))[0] === 200, { what: 'the token after it' });
    expect(await statuses(await inside(next), owner)).toEqual([200, 200]);
  });
});
