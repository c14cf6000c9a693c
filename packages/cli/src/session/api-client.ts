import { setTimeout as delay } from 'node:timers/promises';
import { IDEMPOTENCY_HEADER, problem } from '@nexus/contracts';
import type { z } from 'zod';
import { CliError } from '../cli-error.ts';

export interface ApiClientOptions {
  /** The one origin of the edge, e.g. `http://127.0.0.1:8080`. */
  readonly origin: string;
  /** A token that is good now. */
  readonly token: () => Promise<string>;
  readonly fetch?: typeof fetch;
  /** How long a request is tried again while the platform is not available, milliseconds. Default 60,000. */
  readonly patienceMs?: number;
}

export interface Call<T extends z.ZodType> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly response: T;
  readonly body?: unknown;
  /** Sent as it is, with `contentType`; made anew for each try. */
  readonly stream?: () => ReadableStream<Uint8Array> | Uint8Array;
  readonly contentType?: string;
  /** Makes a request that makes something safe to send again. */
  readonly idempotencyKey?: string;
  /** Sending it twice does no harm. True for GET and with an idempotency key anyway. */
  readonly repeatable?: boolean;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 130_000;
const PATIENCE_MS = 60_000;
/** Not there, overloaded, or a gateway that found nobody: asking again may help. */
const PASSING = new Set([429, 502, 503, 504]);

/** The platform's HTTP APIs through the edge, as everybody uses them. */
export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  /** A token that is good now, for requests that are made otherwise. */
  bearer(): Promise<string> {
    return this.#options.token();
  }

  /** Throws `CliError` with the problem's code when the answer is none of success, and for answers out of contract. */
  async call<T extends z.ZodType>(call: Call<T>): Promise<z.output<T>> {
    const response = await this.#patiently(call);
    const text = await response.text();
    if (!response.ok) throw problemError(call, response.status, text);
    const parsed = call.response.safeParse(text === '' ? undefined : JSON.parse(text));
    if (!parsed.success) {
      throw new CliError(`${call.path} answered out of contract: ${parsed.error.message.slice(0, 500)}`);
    }
    return parsed.data;
  }

  /** Tries again, ever slower, what may be sent again and did not come through. */
  async #patiently(call: Call<z.ZodType>): Promise<Response> {
    const { patienceMs = PATIENCE_MS } = this.#options;
    const deadline = performance.now() + patienceMs;
    const repeatable = call.repeatable ?? ((call.method ?? 'GET') === 'GET' || call.idempotencyKey !== undefined);
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#once(call);
      const passing = outcome instanceof Error || PASSING.has(outcome.status);
      if (!passing || !repeatable || performance.now() > deadline) {
        if (outcome instanceof Error) throw outcome;
        return outcome;
      }
      if (!(outcome instanceof Error)) await outcome.body?.cancel();
      await delay(Math.min(200 * 2 ** attempt, 5_000));
    }
  }

  async #once(call: Call<z.ZodType>): Promise<Response | CliError> {
    const { origin, token } = this.#options;
    const headers: Record<string, string> = { authorization: `Bearer ${await token()}`, accept: 'application/json' };
    if (call.idempotencyKey !== undefined) headers[IDEMPOTENCY_HEADER] = call.idempotencyKey;
    const body = call.stream?.() ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
    if (body !== undefined) headers['content-type'] = call.contentType ?? 'application/json';
    try {
      return await (this.#options.fetch ?? fetch)(new URL(call.path, origin), {
        method: call.method ?? 'GET',
        headers,
        signal: AbortSignal.timeout(call.timeoutMs ?? TIMEOUT_MS),
        ...(body !== undefined && { body: body as NonNullable<RequestInit['body']>, duplex: 'half' }),
      });
    } catch (error) {
      return new CliError(`${origin} does not answer (${reasonOf(error)}); is the platform up? (nexus status)`, {
        cause: error,
      });
    }
  }
}

/** The innermost reason: `fetch` itself only says "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

export function problemError(call: { path: string; method?: string }, status: number, text: string): CliError {
  const parsed = problem.loose().safeParse(jsonOrUndefined(text));
  const what = `${call.method ?? 'GET'} ${call.path}`;
  if (!parsed.success) return new CliError(`${what} failed with status ${status}`);
  const { code, title, detail, errors } = parsed.data;
  const where = errors?.map((one) => `\n  ${one.path}: ${one.message}`).join('') ?? '';
  return new CliError(
    `${title}${detail === undefined || detail === title ? '' : `: ${detail}`} (${code}, ${what})${where}`,
    {
      code,
      problem: parsed.data,
    },
  );
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
