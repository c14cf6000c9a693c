import { tokenAnswer } from '@nexus/contracts';
import { ApiError, errorOfAnswer, localError } from './api-error.ts';

/** Where the requester gets its Nexus access token. */
export interface TokenSource {
  /** A token with enough life left for a request. */
  current(): Promise<string>;
  /** A new one, after a service refused the one it got. */
  renew(): Promise<string>;
}

/** A token is exchanged this long before its end, so that no request carries one that dies on the way. */
const RENEW_BEFORE_MS = 60_000;
/** While identity cannot be reached, a token is used up to this close to its end. */
const LAST_USE_BEFORE_MS = 5_000;
const TIMEOUT_MS = 10_000;

export interface TokenKeeperOptions {
  /** A Keycloak token that names the organization; throws where the person must sign in again. */
  readonly keycloakToken: () => Promise<string>;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

/** Exchanges Keycloak tokens at identity for Nexus access tokens. Many asking at once share one exchange. */
export const createTokenKeeper = ({
  keycloakToken,
  fetch: ask = (...request) => globalThis.fetch(...request),
  now = Date.now,
}: TokenKeeperOptions): TokenSource => {
  let held: { token: string; until: number } | null = null;
  let exchanging: Promise<string> | null = null;

  const exchange = async (): Promise<string> => {
    const bearer = await keycloakToken();
    const answer = await ask('/api/identity/token', {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: unknown) => {
      throw localError('BO-1001', { cause });
    });
    if (!answer.ok) throw await errorOfAnswer(answer);
    const read = tokenAnswer.safeParse(await answer.json().catch(() => null));
    if (!read.success) throw localError('BO-1002', { status: answer.status, cause: read.error });
    held = { token: read.data.accessToken, until: now() + read.data.expiresIn * 1000 };
    return held.token;
  };

  const renew = (): Promise<string> => {
    exchanging ??= exchange().finally(() => {
      exchanging = null;
    });
    return exchanging;
  };

  const current = async (): Promise<string> => {
    const before = held;
    if (before !== null && before.until - now() > RENEW_BEFORE_MS) return before.token;
    try {
      return await renew();
    } catch (error) {
      const stillGood = before !== null && before.until - now() > LAST_USE_BEFORE_MS;
      if (stillGood && isOutage(error)) return before.token;
      throw error;
    }
  };

  return { current, renew };
};

const isOutage = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === null ? error.code === 'BO-1001' : error.status >= 500);
