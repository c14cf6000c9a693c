import { beforeAll, describe, expect, test } from '@jest/globals';
import { NexusError, type AccessTokenClaims } from '@nexus/contracts';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { createSigner, PERSON, quiet, TENANT_A, TENANT_B, type Signer } from '../test-support/http-fixture.ts';
import { createTokenVerifier, type SecurityState, type TokenVerifier } from './token-verifier.ts';

/** A fixed moment, epoch milliseconds. */
const NOON = Date.UTC(2026, 10, 21, 12);
const SECONDS = NOON / 1000;

let clock = NOON;
let state: SecurityState | Error;
let asked = 0;
let signer: Signer;
let verifier: TokenVerifier;

beforeAll(async () => {
  signer = await createSigner('k1', () => clock);
});
const fresh = (): TokenVerifier => {
  clock = NOON;
  asked = 0;
  state = { keys: [signer.jwk], revocations: [] };
  verifier = createTokenVerifier({
    fetchState: () => {
      asked += 1;
      return state instanceof Error ? Promise.reject(state) : Promise.resolve(state);
    },
    logger: quiet,
    now: () => clock,
  });
  return verifier;
};
const codeOf = (token: string): Promise<string> =>
  verifier.verify(token).then(
    () => 'good',
    (error: unknown) => (error instanceof NexusError ? error.code : String(error)),
  );

describe('a token', () => {
  test('that is good gives its claims', async () => {
    const claims = await fresh().verify(await signer.sign({ branches: [TENANT_B] }));
    expect(claims).toMatchObject({ sub: PERSON, ten: TENANT_A, perms: ['chain:read'], branches: [TENANT_B] });
  });

  test.each<[string, Record<string, unknown>]>([
    ['expired', { iat: SECONDS - 400, exp: SECONDS - 6 }],
    ['from the future', { iat: SECONDS + 60, exp: SECONDS + 360 }],
    ['for another audience', { aud: 'account' }],
    ['of another issuer', { iss: 'https://elsewhere' }],
    ['without end', { exp: undefined }],
    ['without beginning', { iat: undefined }],
    ['of nobody', { sub: undefined }],
    ['without rights at all', { perms: undefined }],
    ['for a tenant that is no id', { ten: 'kente-stores' }],
    ['for two tenants', { ten: [TENANT_A, TENANT_B] }],
    ['for branches that are no ids', { branches: 'all' }],
  ])('%s is refused', async (_name, changes) => {
    fresh();
    expect(await codeOf(await signer.sign(changes))).toBe('NX-2002');
  });

  test('a few seconds of clock difference are forgiven', async () => {
    fresh();
    expect(await codeOf(await signer.sign({ exp: SECONDS - 3 }))).toBe('good');
    expect(await codeOf(await signer.sign({ iat: SECONDS + 3 }))).toBe('good');
  });

  test('signed by a stranger, with another algorithm or not at all is refused', async () => {
    fresh();
    const stranger = await createSigner('k1', () => clock);
    expect(await codeOf(await stranger.sign())).toBe('NX-2002');
    const claims = { iss: 'nexus-identity', aud: 'nexus', iat: SECONDS, exp: SECONDS + 300, sub: PERSON, jti: 'x' };
    expect(await codeOf(new UnsecuredJWT(claims).encode())).toBe('NX-2002');
    const secret = new TextEncoder().encode(JSON.stringify(signer.jwk));
    const mac = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret);
    expect(await codeOf(mac)).toBe('NX-2002');
  });

  test('changed anywhere is refused', async () => {
    fresh();
    const token = await signer.sign();
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_.'), async (at, letter) => {
        const changed = token.slice(0, at) + letter + token.slice(at + 1);
        // The last letter of a part may carry bits that decode to nothing; only then is it the same token.
        const same = changed.split('.').every((part, i) => bytes(part) === bytes(token.split('.')[i] ?? ''));
        fc.pre(!same);
        expect(await codeOf(changed)).toBe('NX-2002');
      }),
      { numRuns: 200 },
    );
  });

  test('that is anything but a token is refused', async () => {
    fresh();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ maxLength: 200 }), fc.base64String(), fc.constant('x'.repeat(9_000))),
        async (text) => {
          expect(await codeOf(text)).toBe('NX-2002');
        },
      ),
    );
  });

  test('with a permission of a newer identity opens what is known here', async () => {
    const claims = await fresh().verify(await signer.sign({ perms: ['chain:read', 'robots:command'] }));
    expect(claims.perms).toEqual(['chain:read']);
  });
});

const bytes = (part: string): string => Buffer.from(part, 'base64url').toString('hex');

describe('keys', () => {
  test('before any were seen nobody is judged', async () => {
    fresh();
    state = new Error('NATS is away');
    expect(verifier.isReady()).toBe(false);
    expect(await codeOf(await signer.sign())).toBe('NX-3001');
  });

  test('an unknown one is asked for at once, but not again and again', async () => {
    fresh();
    await codeOf(await signer.sign());
    const next = await createSigner('k2', () => clock);
    state = { keys: [signer.jwk, next.jwk], revocations: [] };
    clock += 3_000;
    expect(await codeOf(await next.sign())).toBe('good');
    const before = asked;
    for (let i = 0; i < 20; i += 1) expect(await codeOf(await signer.sign({}, { kid: `guess-${i}` }))).toBe('NX-2002');
    expect(asked).toBe(before);
  });

  test('one that is taken back takes its tokens with it', async () => {
    fresh();
    const token = await signer.sign();
    expect(await codeOf(token)).toBe('good');
    state = { keys: [(await createSigner('k2')).jwk], revocations: [] };
    clock += 3_000;
    await codeOf(await signer.sign({}, { kid: 'k2' }));
    expect(await codeOf(token)).toBe('NX-2002');
  });

  test('of other kinds, and private ones, are not taken', async () => {
    fresh();
    state = {
      keys: [
        { kty: 'oct', k: 'AAAA', kid: 'k1' },
        { ...signer.jwk, crv: 'P-384' },
        { ...signer.jwk, d: 'AAAA' },
      ],
      revocations: [],
    };
    expect(await codeOf(await signer.sign())).toBe('NX-2002');
  });
});

describe('tokens that were checked', () => {
  /** The claims of one that is remembered are the same object again. */
  const remembered = async (token: string, claims: AccessTokenClaims): Promise<boolean> =>
    (await verifier.verify(token)) === claims;

  test('are remembered, the two thousand newest: whoever has many tokens fills no memory', async () => {
    fresh();
    const [oldest, second, ...others] = await Promise.all(
      Array.from({ length: 2_001 }, (_, n) => signer.sign({ jti: `token-${n}` })),
    );
    if (oldest === undefined || second === undefined) throw new Error('no tokens');
    const [first, next] = [await verifier.verify(oldest), await verifier.verify(second)];
    for (const token of others.slice(0, -1)) await verifier.verify(token);
    expect(await remembered(oldest, first)).toBe(true);
    await verifier.verify(others.at(-1) ?? '');
    expect(await remembered(second, next)).toBe(true);
    expect(await remembered(oldest, first)).toBe(false);
  });
});

describe('a stream', () => {
  test('may go on as long as its token is good and no longer', async () => {
    const claims = await fresh().verify(await signer.sign());
    clock = NOON + 304_000;
    expect(verifier.stillValid(claims)).toBe(true);
    clock = NOON + 306_000;
    expect(verifier.stillValid(claims)).toBe(false);
  });
});

describe('a revocation', () => {
  const refresh = async (revocations: SecurityState['revocations']) => {
    state = { keys: [signer.jwk], revocations };
    clock += 3_000;
    await codeOf(await signer.sign({}, { kid: 'unknown' }));
  };

  test('refuses what was issued before it, also if it was accepted already', async () => {
    fresh();
    const early = await signer.sign();
    expect(await codeOf(early)).toBe('good');
    await refresh([{ tenant: TENANT_A, subject: PERSON, notBefore: SECONDS + 1 }]);
    expect(await codeOf(early)).toBe('NX-2002');
    expect(await codeOf(await signer.sign({ iat: SECONDS + 1 }))).toBe('good');
    expect(await codeOf(await signer.sign({ sub: TENANT_B, iat: SECONDS }))).toBe('good');
  });

  test('in one chain leaves the person’s other chain alone; one for all chains does not', async () => {
    fresh();
    const other = await signer.sign({ ten: TENANT_B });
    await refresh([{ tenant: TENANT_A, subject: PERSON, notBefore: SECONDS + 1 }]);
    expect(await codeOf(other)).toBe('good');
    await refresh([{ tenant: null, subject: PERSON, notBefore: SECONDS + 1 }]);
    expect(await codeOf(other)).toBe('NX-2002');
  });

  test('stays while identity cannot be asked', async () => {
    fresh();
    const early = await signer.sign();
    await refresh([{ tenant: TENANT_A, subject: PERSON, notBefore: SECONDS + 1 }]);
    state = new Error('NATS is away');
    clock += 3_000;
    await codeOf(await signer.sign({}, { kid: 'unknown' }));
    expect(await codeOf(early)).toBe('NX-2002');
    expect(await codeOf(await signer.sign())).toBe('good');
  });
});
