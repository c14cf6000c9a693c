import { TOKEN_AUDIENCE, TOKEN_ISSUER, TOKEN_LIFETIME_SECONDS, type AccessTokenClaims } from '@nexus/contracts';
import { uuidv7 } from '@nexus/tenancy-db';
import { importJWK, SignJWT, type JWK } from 'jose';
import { readKeyFile, readOrCreateKeyFile } from './signing-key-file.ts';
import { publicKeys, signingKeyAt, type SigningKeySet } from './signing-keys.ts';

export type TokenSubject = Pick<AccessTokenClaims, 'sub' | 'typ' | 'ten' | 'slug' | 'perms' | 'branches'>;
export interface IssuedToken {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Signs Nexus access tokens, and knows the public keys that verify them. */
export interface TokenSigner {
  /** `notBefore`, epoch seconds: a token of this second would fall under a revocation; this one is issued after it. */
  issue(subject: TokenSubject, notBefore?: number): Promise<IssuedToken>;
  publicKeys(): Promise<JWK[]>;
}

/** How long the key file's content is used before it is read again. */
const REREAD_MS = 10_000;

/** Signer over a key file; `now` in epoch milliseconds. */
export function createTokenSigner(keyFile: string, now: () => number = Date.now): TokenSigner {
  let known: { readonly set: SigningKeySet; readonly until: number } | undefined;
  const keys = async (): Promise<SigningKeySet> => {
    if (known !== undefined && now() < known.until) return known.set;
    const nowSeconds = Math.floor(now() / 1000);
    const set = known === undefined ? await readOrCreateKeyFile(keyFile, nowSeconds) : await readKeyFile(keyFile);
    known = { set, until: now() + REREAD_MS };
    return set;
  };
  return {
    publicKeys: async () => publicKeys(await keys()),
    issue: async (subject, notBefore = 0) => {
      const nowSeconds = Math.floor(now() / 1000);
      const issuedAt = Math.max(nowSeconds, notBefore);
      const { kid, ...jwk } = signingKeyAt(await keys(), nowSeconds);
      const accessToken = await new SignJWT({ ...subject })
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid })
        .setIssuer(TOKEN_ISSUER)
        .setAudience(TOKEN_AUDIENCE)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + TOKEN_LIFETIME_SECONDS)
        .setJti(uuidv7())
        .sign(await importJWK(jwk, 'ES256'));
      return { accessToken, expiresIn: TOKEN_LIFETIME_SECONDS };
    },
  };
}
