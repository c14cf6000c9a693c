import type { z } from 'zod';
import { ApiError, errorOfAnswer, localError } from './api-error.ts';
import type { TokenSource } from './tokens.ts';

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface ApiRequest<T extends z.ZodType> {
  readonly method: 'GET' | 'POST';
  /** From the origin, e.g. `/api/sales/transactions`. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** Shape of the answer; `null` where it has no body. */
  readonly answer: T | null;
  readonly signal?: AbortSignal | undefined;
}
export type Requester = <T extends z.ZodType>(request: ApiRequest<T>) => Promise<z.output<T>>;

export interface RequesterOptions {
  readonly tokens: TokenSource;
  readonly fetch?: typeof fetch;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random?: () => number;
}

const TRIES = 4;
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5_000;
const TIMEOUT_MS = 20_000;
/** Answers after which the same question may do better. Only asked again where asking twice does no harm. */
const PASSING = new Set([429, 502, 503, 504]);

/**
 * One question to the platform: with the token, a time limit, validation of the answer, and a few more tries for reads
 * that met a passing fault. A refused token is exchanged once; the refused request had no effect, so any may be repeated.
 */
export const createRequester = ({
  tokens,
  fetch: ask = (...request) => globalThis.fetch(...request),
  sleep = pause,
  random = Math.random,
}: RequesterOptions): Requester => {
  const once = async <T extends z.ZodType>(request: ApiRequest<T>, token: string): Promise<Response> => {
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const signal = request.signal === undefined ? limit : AbortSignal.any([limit, request.signal]);
    try {
      return await ask(request.path + queryText(request.query), {
        method: request.method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json, application/problem+json',
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        signal,
      });
    } catch (cause) {
      if (request.signal?.aborted) throw cause;
      throw localError(limit.aborted ? 'BO-1004' : 'BO-1001', { cause });
    }
  };

  const withToken = async <T extends z.ZodType>(request: ApiRequest<T>): Promise<Response> => {
    const answer = await once(request, await tokens.current());
    return answer.status === 401 ? once(request, await tokens.renew()) : answer;
  };

  const answered = async <T extends z.ZodType>(request: ApiRequest<T>): Promise<z.output<T>> => {
    const answer = await withToken(request);
    if (!answer.ok) throw withRetryAfter(await errorOfAnswer(answer), answer);
    if (request.answer === null) return undefined as z.output<T>;
    const read = request.answer.safeParse(await answer.json().catch(() => undefined));
    if (!read.success) throw localError('BO-1002', { status: answer.status, cause: read.error });
    return read.data;
  };

  return async (request) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await answered(request);
      } catch (error) {
        const again = request.method === 'GET' && attempt < TRIES && isPassing(error) && !request.signal?.aborted;
        if (!again) throw error;
        const grown = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + random());
        await sleep(
          Math.min(LONGEST_PAUSE_MS, Math.max(retryAfter.get(error as ApiError) ?? 0, grown)),
          request.signal,
        );
      }
    }
  };
};

const isPassing = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === null ? error.code !== 'BO-1005' : PASSING.has(error.status));

/** What the service asked us to wait, milliseconds: beside the error, since only the next try needs it. */
const retryAfter = new WeakMap<ApiError, number>();
const withRetryAfter = (error: ApiError, answer: Response): ApiError => {
  const seconds = Number(answer.headers.get('retry-after'));
  if (Number.isFinite(seconds) && seconds > 0) retryAfter.set(error, seconds * 1000);
  return error;
};

const queryText = (query: Query = {}): string => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
