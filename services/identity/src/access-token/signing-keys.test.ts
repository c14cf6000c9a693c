import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  newSigningKey,
  publicKeys,
  RETIRING_SECONDS,
  rotated,
  SETTLING_SECONDS,
  signingKeyAt,
  type SigningKey,
  type SigningKeySet,
} from './signing-keys.ts';

const LIFETIME_SECONDS = 300;
const key = (created: number): SigningKey => ({
  kty: 'EC',
  crv: 'P-256',
  x: 'x',
  y: 'y',
  d: 'd',
  kid: `k${created}`,
  created,
});

describe('signing keys', () => {
  test('the first key signs at once', () => {
    expect(signingKeyAt({ keys: [key(1000)] }, 1000).kid).toBe('k1000');
  });

  test('a new key signs only after it has settled', () => {
    const set = { keys: [key(5000), key(1000)] };
    expect(signingKeyAt(set, 5000 + SETTLING_SECONDS - 1).kid).toBe('k1000');
    expect(signingKeyAt(set, 5000 + SETTLING_SECONDS).kid).toBe('k5000');
  });

  test('no rotation, however often, drops a key whose tokens may still live', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 3 * RETIRING_SECONDS }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(gaps, (waits) => {
        let now = 10_000;
        let set: SigningKeySet = { keys: [key(now)] };
        for (const wait of waits) {
          const signedAt = now;
          const signer = signingKeyAt(set, signedAt);
          now += wait;
          set = rotated(set, key(now), now);
          if (now - signedAt <= LIFETIME_SECONDS) expect(set.keys.map(({ kid }) => kid)).toContain(signer.kid);
        }
      }),
    );
  });

  test('long after a rotation only the signing key and the new one are left', () => {
    const later = 5000 + SETTLING_SECONDS + RETIRING_SECONDS;
    expect(rotated({ keys: [key(5000), key(1000)] }, key(later), later).keys.map(({ kid }) => kid)).toEqual([
      `k${later}`,
      'k5000',
    ]);
  });

  test('what is published has no private part', async () => {
    const made = await newSigningKey(1000);
    const [published] = publicKeys({ keys: [made] });
    expect(published).toMatchObject({ kid: made.kid, alg: 'ES256', use: 'sig' });
    expect(JSON.stringify(published)).not.toContain(made.d);
  });
});
