import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { breakOf, refusalOf, type RequestLog } from '../request-log.ts';

export interface Ask {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Statuses beside 200 to 299 that are no failure. */
  readonly expected?: readonly number[];
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * A client of the edge that keeps its connections for as long as it is allowed to and tries nothing again: what goes wrong
 * is seen, counted, and answered with undefined.
 */
export class KeepAliveClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #origin: URL;
  readonly #name: string;
  readonly #log: RequestLog;

  constructor(origin: string, name: string, log: RequestLog) {
    this.#origin = new URL(origin);
    this.#name = name;
    this.#log = log;
  }

  async ask(asked: Ask): Promise<Answer | undefined> {
    // Ids and queries would make every failure one of its own.
    const what = `${asked.method ?? 'GET'} ${asked.path.split('?')[0] ?? ''}`;
    try {
      const answer = await this.#send(asked);
      const { status, body } = answer;
      const fine = (status >= 200 && status < 300) || asked.expected?.includes(status) === true;
      this.#log.note(this.#name, what, fine ? undefined : refusalOf(status, body));
      return fine ? answer : undefined;
    } catch (error) {
      this.#log.note(this.#name, what, breakOf(error));
      return undefined;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #send({ method = 'GET', path, token, headers, body }: Ask): Promise<Answer> {
    const { hostname, port } = this.#origin;
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        ...{ hostname, port, path, method, agent: this.#agent, timeout: TIMEOUT_MS },
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
          ...headers,
        },
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
      request.on('error', reject);
      request.on('response', (response) => void readBody(response).then(resolve, reject));
      request.end(body);
    });
  }
}

async function readBody(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
}
