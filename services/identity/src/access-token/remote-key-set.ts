import { NexusError } from '@nexus/contracts';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

export interface RemoteKeySetOptions {
  readonly url: string;
  readonly timeoutMs: number;
  /** After this the keys are asked for again; while nobody answers, those known go on being used … */
  readonly freshMs: number;
  /** … until they are this old. */
  readonly usableMs: number;
  /** At most one question in this time for a key id that is not known. */
  readonly cooldownMs: number;
  readonly now?: () => number;
}

interface Known {
  readonly get: JWTVerifyGetKey;
  readonly at: number;
}

/**
 * Keys of a token issuer, by its JWKS address, that outlive a short outage of it: jose's own remote set forgets them
 * when a refresh fails. NX-3001 where there are no usable keys and nobody answers.
 */
export function createRemoteKeySet(options: RemoteKeySetOptions): JWTVerifyGetKey {
  const now = options.now ?? Date.now;
  let known: Known | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<Known> | undefined;

  const ask = (): Promise<Known> => {
    askedAt = now();
    asking ??= fetchKeys(options)
      .then((keys) => (known = { get: createLocalJWKSet(keys), at: now() }))
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
  const current = async (): Promise<Known> => {
    if (known === undefined) return ask();
    const age = now() - known.at;
    if (age < options.freshMs) return known;
    if (age >= options.usableMs) return ask();
    const last = known;
    return now() - askedAt < options.cooldownMs ? last : ask().catch(() => last); // stale, and still good for a while
  };

  return async (header, token) => {
    const keys = await current();
    try {
      return await keys.get(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || now() - askedAt < options.cooldownMs) throw error;
      return (await ask()).get(header, token); // perhaps a key newer than ours
    }
  };
}

async function fetchKeys({ url, timeoutMs }: RemoteKeySetOptions): Promise<JSONWebKeySet> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return (await answer.json()) as JSONWebKeySet;
  } catch (error) {
    throw new NexusError('NX-3001', 'The keys of the sign-in service are not available', { cause: error });
  }
}
