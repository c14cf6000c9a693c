import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { z } from 'zod';

/** A private key that signs access tokens (P-256), as kept in the key file. `created` is epoch seconds. */
const signingKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string(),
  created: z.number().int(),
});
export type SigningKey = z.infer<typeof signingKey>;
/** The key file: every key that may still verify a token, at most ten. */
export const signingKeySet = z.strictObject({ keys: z.array(signingKey).min(1).max(10) });
export type SigningKeySet = z.infer<typeof signingKeySet>;

/** A new key signs only when every service has had time to learn it (they poll every 15 seconds). */
export const SETTLING_SECONDS = 120;
/** An old key is kept until the last token signed by it has long run out. */
export const RETIRING_SECONDS = 3600;

export async function newSigningKey(nowSeconds: number): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return signingKey.parse({ ...jwk, kid: await calculateJwkThumbprint(jwk), created: nowSeconds });
}

const newestFirst = (keys: readonly SigningKey[]): SigningKey[] => keys.toSorted((a, b) => b.created - a.created);

/** The key that signs now: the newest that has settled, else (the very first) the oldest. */
export function signingKeyAt(set: SigningKeySet, nowSeconds: number): SigningKey {
  const ordered = newestFirst(set.keys);
  const key = ordered.find(({ created }) => created <= nowSeconds - SETTLING_SECONDS) ?? ordered.at(-1);
  if (key === undefined) throw new Error('the key set is empty');
  return key;
}

/** Adds a key, and drops those that were replaced longer than the retiring time ago. */
export function rotated(set: SigningKeySet, added: SigningKey, nowSeconds: number): SigningKeySet {
  const signing = signingKeyAt(set, nowSeconds);
  const still = set.keys.filter(
    (key) => key.created >= signing.created || signing.created + SETTLING_SECONDS + RETIRING_SECONDS > nowSeconds,
  );
  return { keys: newestFirst([...still, added]) };
}

/** What services get: the public halves. */
export const publicKeys = (set: SigningKeySet): JWK[] =>
  set.keys.map(({ kty, crv, x, y, kid }) => ({ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }));
