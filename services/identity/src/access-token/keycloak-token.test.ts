import { describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { createKeycloakTokenVerifier, singleOrganization } from './keycloak-token.ts';

const ISSUER = 'http://sign-in.test/realms/nexus';
const AUDIENCE = 'nexus-identity';
const ours = await generateKeyPair('RS256', { extractable: true });
const foreign = await generateKeyPair('RS256');
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(ours.publicKey)), kid: 'k1', alg: 'RS256' }] });
const verify = createKeycloakTokenVerifier({ keys, issuers: [ISSUER], audience: AUDIENCE });

interface Variation {
  claims?: Record<string, unknown>;
  issuer?: string;
  audience?: string | string[];
  expiresIn?: number;
  key?: CryptoKey;
}
const sign = (v: Variation = {}): Promise<string> =>
  new SignJWT({ typ: 'Bearer', organization: { kente: { id: 'org-1' } }, ...v.claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setSubject('person-1')
    .setIssuer(v.issuer ?? ISSUER)
    .setAudience(v.audience ?? AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + (v.expiresIn ?? 60))
    .sign(v.key ?? ours.privateKey);

describe('Keycloak tokens', () => {
  test('a good one says who and for which organization', async () => {
    const identity = await verify(`Bearer ${await sign({ audience: ['account', AUDIENCE] })}`);
    expect(identity.subject).toBe('person-1');
    expect(singleOrganization(identity)).toEqual({ alias: 'kente', id: 'org-1' });
  });

  const unsecured = () =>
    new UnsecuredJWT({ typ: 'Bearer' })
      .setSubject('person-1')
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime('1m')
      .encode();
  test.each<[string, () => Promise<string> | string]>([
    ['expired', () => sign({ expiresIn: -60 })],
    ['signed by a foreign key', () => sign({ key: foreign.privateKey })],
    ['of a foreign issuer', () => sign({ issuer: 'http://sign-in.test/realms/other' })],
    ['for another audience', () => sign({ audience: 'account' })],
    ['unsigned', unsecured],
    ['an ID token', () => sign({ claims: { typ: 'ID' } })],
    ['not a token', () => 'x.y.z'],
    ['far too long', async () => `${await sign()}${'A'.repeat(20_000)}`],
  ])('%s: NX-2002', async (_what, token) => {
    await expect(verify(`Bearer ${await token()}`)).rejects.toMatchObject({ code: 'NX-2002' });
  });

  test('none: NX-2001; another scheme: NX-2002', async () => {
    await expect(verify(undefined)).rejects.toMatchObject({ code: 'NX-2001' });
    await expect(verify('Basic YTpi')).rejects.toMatchObject({ code: 'NX-2002' });
  });

  test.each([
    ['two organizations', { a: { id: '1' }, b: { id: '2' } }],
    ['two, one without an id', { a: { id: '1' }, b: {} }],
    ['aliases without ids', ['a']],
    ['no organization', undefined],
    ['none in the claim', {}],
  ])('%s: NX-2004', async (_what, organization) => {
    const identity = await verify(`Bearer ${await sign({ claims: { organization } })}`);
    expect(() => singleOrganization(identity)).toThrow(expect.objectContaining({ code: 'NX-2004' }));
  });
});
