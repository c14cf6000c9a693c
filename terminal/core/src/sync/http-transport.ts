import {
  changesAnswer,
  enrolTerminalAnswer,
  problem,
  terminalNonceAnswer,
  terminalTokenAnswer,
  uploadAnswer,
  UPLOAD_CONTENT_TYPE,
  UPLOAD_HEADER,
  UPLOAD_SIGNATURE,
} from '@nexus/contracts';
import { TransportError, type Transport, type TransportFailure } from '../ports/transport.ts';
import { readNudges } from './read-nudges.ts';
import { readSnapshotPage } from './read-snapshot-page.ts';

export interface HttpTransportOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Origin of the platform's edge, e.g. `https://shop.example`; the services' paths are behind it. */
  readonly baseUrl: string;
  /** Where the services stand otherwise than behind the edge. */
  readonly syncUrl?: string;
  readonly identityUrl?: string;
  /** Left out: uploads over 4 KiB are compressed. */
  readonly compress?: boolean;
  readonly timeoutMs?: number;
}

const COMPRESS_FROM_BYTES = 4096;
const TIMEOUT_MS = 30_000;

/** The platform over HTTP. Answers are checked against their contracts before anything is made of them. */
export const createHttpTransport = (options: HttpTransportOptions): Transport => {
  const base = options.baseUrl.replace(/\/+$/, '');
  const sync = options.syncUrl ?? `${base}/api/sync`;
  const identity = options.identityUrl ?? `${base}/api/identity`;
  const call = (url: string, init: RequestInit): Promise<Response> =>
    request(options.fetch, url, { signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS), ...init });
  const postJson = async (url: string, body: unknown): Promise<unknown> =>
    json(
      await call(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    );
  const get = (url: string, token: string, query: Record<string, string | undefined>): Promise<Response> => {
    const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
    return call(`${url}?${new URLSearchParams(given).toString()}`, { headers: { authorization: `Bearer ${token}` } });
  };

  return {
    enrol: async (body) => checked(enrolTerminalAnswer, await postJson(`${identity}/terminals/enrol`, body)),
    nonce: async (keyId) =>
      checked(terminalNonceAnswer, await postJson(`${identity}/terminal-nonces`, { keyId })).nonce,
    token: async (body) => checked(terminalTokenAnswer, await postJson(`${identity}/terminal-tokens`, body)),
    upload: async ({ header, signature, body }) => {
      const compress = (options.compress ?? true) && body.length >= COMPRESS_FROM_BYTES;
      const response = await call(`${sync}/journal`, {
        method: 'POST',
        headers: {
          'content-type': UPLOAD_CONTENT_TYPE,
          [UPLOAD_HEADER]: header,
          [UPLOAD_SIGNATURE]: signature,
          ...(compress && { 'content-encoding': 'gzip' }),
        },
        body: compress ? await gzip(body) : body,
      });
      return checked(uploadAnswer, await json(response));
    },
    snapshot: async (token, after) => readSnapshotPage(await text(await get(`${sync}/snapshot`, token, { after }))),
    changes: async (token, after) => checked(changesAnswer, await json(await get(`${sync}/changes`, token, { after }))),
    nudges: async (token, onNudge, signal) => {
      const response = await request(options.fetch, `${sync}/nudges`, {
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
        signal,
      });
      await readNudges(response, onNudge, signal);
    },
  };
};

const request = async (fetch: typeof globalThis.fetch, url: string, init: RequestInit): Promise<Response> => {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    throw new TransportError('unreachable', `${new URL(url).pathname} cannot be reached`, { cause: error });
  }
  if (response.ok) return response;
  throw await failureOf(response);
};

const failureOf = async (response: Response): Promise<TransportError> => {
  const told = problem.safeParse(parseJson(await text(response)));
  const code = told.success ? told.data.code : undefined;
  const message = told.success ? `${told.data.title}: ${told.data.detail ?? ''}` : `HTTP ${response.status}`;
  return new TransportError(kindOf(response.status, code), message, code === undefined ? {} : { code });
};

const kindOf = (status: number, code: string | undefined): TransportFailure => {
  if (status >= 500 || status === 429 || status === 408) return 'unreachable';
  if (code === 'SYN-1005') return 'restart-feed';
  // An upload is refused by its signature, not for want of a token.
  return status === 401 && !code?.startsWith('SYN-') ? 'unauthorized' : 'refused';
};

/** An answer that breaks off half-way is no answer. */
const text = async (response: Response): Promise<string> => {
  try {
    return await response.text();
  } catch (error) {
    throw new TransportError('unreachable', 'the answer was cut off', { cause: error });
  }
};

const json = async (response: Response): Promise<unknown> => parseJson(await text(response));

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { message: string } };
}

/** A proxy's error page with status 200 is an answer of nobody we know: try again later. */
const checked = <T>(schema: Schema<T>, value: unknown): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TransportError('unreachable', 'the answer has another form than agreed', { cause: parsed.error });
};

const gzip = async (body: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> =>
  new Response(new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
