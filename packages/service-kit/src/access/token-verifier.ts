import {
  accessTokenClaims,
  NexusError,
  PERMISSIONS,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  type AccessTokenClaims,
  type Permission,
  type Revocation,
} from '@nexus/contracts';
import type { Logger } from '@nexus/telemetry';
import { decodeProtectedHeader, errors, importJWK, jwtVerify, type CryptoKey, type JWK } from 'jose';
import { z } from 'zod';

/** Public keys by which tokens are signed, and who is revoked. */
export interface SecurityState {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  readonly revocations: readonly Revocation[];
}

export interface TokenVerifierOptions {
  /** Asks identity. May fail at any time: the last state stays. */
  readonly fetchState: () => Promise<SecurityState>;
  readonly logger: Logger;
  /** Default 15,000: a revocation arrives within a minute even if some answers are lost. */
  readonly pollMs?: number;
  /** The clock, epoch milliseconds. */
  readonly now?: () => number;
}

export interface TokenVerifier {
  /** Begins to poll. */
  start(): void;
  stop(): void;
  /** True once keys were seen. */
  isReady(): boolean;
  /** The claims of a good token; NX-2002 for any other; NX-3001 while no keys were ever seen. */
  verify(token: string): Promise<AccessTokenClaims>;
  /** Whether a token that was good is so still: for streams that outlive their request. */
  stillValid(claims: AccessTokenClaims): boolean;
}

const POLL_MS = 15_000;
/** After an unknown key id the keys are asked for at once, but not more often than this. */
const REFRESH_MIN_MS = 2_000;
const CLOCK_TOLERANCE_SECONDS = 5;
const MAX_TOKEN_LENGTH = 8_192;
/** Verified tokens remembered; a token is checked some hundred times in its five minutes. */
const CACHE_SIZE = 2_000;

/** Permissions unknown here come from a newer identity: they open nothing and must not close the door. */
const tolerantClaims = accessTokenClaims.extend({ perms: z.array(z.string().max(64)).max(200) });
const known = new Set<string>(PERMISSIONS);

/** Verifies Nexus access tokens (ES256) with identity's keys and refuses whoever was revoked since. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { fetchState, logger, pollMs = POLL_MS, now = Date.now } = options;
  const cache = new Map<string, AccessTokenClaims>();
  let keys = new Map<string, CryptoKey>();
  let revocations = new Map<string, number>();
  let seen = false;
  let running = false;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let refreshing: Promise<void> | undefined;
  let refreshedAt = Number.NEGATIVE_INFINITY;

  const refresh = (): Promise<void> => (refreshing ??= load().finally(() => (refreshing = undefined)));

  async function load(): Promise<void> {
    refreshedAt = now();
    try {
      const state = await fetchState();
      const next = await importKeys(state.keys);
      if ([...keys.keys()].some((kid) => !next.has(kid))) cache.clear();
      keys = next;
      revocations = new Map(state.revocations.map((r) => [revocationKey(r.tenant, r.subject), r.notBefore]));
      seen = true;
      if (failing) logger.info('the state of keys and revocations is fresh again');
      failing = false;
    } catch (error) {
      if (!failing) logger.warn({ err: error }, 'keys and revocations cannot be asked for; the last known ones stay');
      failing = true;
    }
  }

  async function poll(): Promise<void> {
    await refresh();
    // Until the first answer, a service that has just started asks more often.
    if (running) timer = setTimeout(() => void poll(), seen ? pollMs : Math.min(pollMs, 1_000)).unref();
  }

  async function keyOf(token: string): Promise<CryptoKey> {
    const { kid, alg } = decodeProtectedHeader(token);
    if (kid === undefined || alg !== 'ES256') throw new NexusError('NX-2002');
    if (!keys.has(kid) && (!seen || now() - refreshedAt >= REFRESH_MIN_MS)) await refresh();
    const key = keys.get(kid);
    if (key !== undefined) return key;
    throw seen ? new NexusError('NX-2002') : new NexusError('NX-3001', 'The keys of access tokens are not known yet');
  }

  async function check(token: string): Promise<AccessTokenClaims> {
    try {
      const { payload } = await jwtVerify(token, await keyOf(token), {
        algorithms: ['ES256'],
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'iat', 'jti', 'sub'],
        currentDate: new Date(now()),
      });
      const claims = tolerantClaims.parse(payload);
      return { ...claims, perms: claims.perms.filter((p): p is Permission => known.has(p)) };
    } catch (error) {
      if (error instanceof NexusError) throw error;
      const expiry = error instanceof errors.JWTExpired ? 'The access token has expired' : undefined;
      throw new NexusError('NX-2002', expiry, { cause: error });
    }
  }

  function stillValid(claims: AccessTokenClaims): boolean {
    const seconds = now() / 1000;
    if (claims.exp + CLOCK_TOLERANCE_SECONDS <= seconds || claims.iat - CLOCK_TOLERANCE_SECONDS > seconds) return false;
    const notBefore = Math.max(
      revocations.get(revocationKey(null, claims.sub)) ?? 0,
      revocations.get(revocationKey(claims.ten ?? null, claims.sub)) ?? 0,
    );
    return claims.iat >= notBefore;
  }

  return {
    start() {
      running = true;
      void poll();
    },
    stop() {
      running = false;
      clearTimeout(timer);
    },
    isReady: () => seen,
    stillValid,
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw new NexusError('NX-2002');
      let claims = cache.get(token);
      if (claims === undefined) {
        claims = await check(token);
        if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value ?? '');
        cache.set(token, claims);
      }
      if (stillValid(claims)) return claims;
      cache.delete(token);
      throw new NexusError('NX-2002');
    },
  };
}

async function importKeys(jwks: SecurityState['keys']): Promise<Map<string, CryptoKey>> {
  const imported = new Map<string, CryptoKey>();
  for (const jwk of jwks as readonly JWK[]) {
    if (jwk.kid === undefined || jwk.kty !== 'EC' || jwk.crv !== 'P-256' || jwk.d !== undefined) continue;
    imported.set(jwk.kid, (await importJWK(jwk, 'ES256')) as CryptoKey);
  }
  return imported;
}

const revocationKey = (tenant: string | null, subject: string): string => `${tenant ?? ''}/${subject}`;
