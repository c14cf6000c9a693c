/** A token and for how many seconds it is good. */
export interface Issued {
  readonly token: string;
  readonly expiresIn: number;
}

/** Share of a token's life after which a new one is asked for. */
const USABLE_SHARE = 0.7;

/** Gives the same token until most of its life is over, and asks once for all who wait. */
export function cachedToken(
  issue: () => Promise<Issued>,
  now: () => number = () => performance.now(),
): () => Promise<string> {
  let current: { token: string; until: number } | undefined;
  let asking: Promise<string> | undefined;
  const renew = async (): Promise<string> => {
    const { token, expiresIn } = await issue();
    current = { token, until: now() + expiresIn * 1000 * USABLE_SHARE };
    return token;
  };
  return async () => {
    if (current !== undefined && now() < current.until) return current.token;
    asking ??= renew().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}
