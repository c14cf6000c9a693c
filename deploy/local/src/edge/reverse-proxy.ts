import { Agent, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import httpProxy from 'http-proxy-3';
import { sendProblem } from './problem.ts';

const MAX_SOCKETS = 1_024;
const MAX_FREE_SOCKETS = 128;
const NOT_LISTENING = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);
const FORWARDING_HEADERS = /^(forwarded|x-forwarded-.*|x-real-ip)$/;

/** Hands requests on to the services behind, streaming both ways, and answers in their place when they cannot. */
export class ReverseProxy {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: MAX_FREE_SOCKETS });
  readonly #proxy: ReturnType<typeof httpProxy.createProxyServer>;
  readonly #timedOut = new WeakSet<IncomingMessage>();

  constructor(idleTimeoutMs: number) {
    this.#proxy = httpProxy.createProxyServer({ agent: this.#agent, xfwd: true, proxyTimeout: idleTimeoutMs });
    this.#proxy.on('proxyReq', (upstream: ClientRequest, request: IncomingMessage) => {
      upstream.once('timeout', () => this.#timedOut.add(request));
    });
    this.#proxy.on('proxyRes', (upstream: IncomingMessage, _request: IncomingMessage, response: ServerResponse) => {
      relayEnd(upstream, response);
    });
    // The client went away: there is nobody left to answer.
    this.#proxy.on('econnreset', (_error, _request, response) => void response.destroy());
  }

  /** `what` names the upstream for people; `request.url` is already the path that the upstream knows. */
  forward(request: IncomingMessage, response: ServerResponse, target: string, what: string): void {
    if (hasAmbiguousBody(request)) {
      return sendProblem(response, 'NX-1001', 'This method takes no body of unknown length.');
    }
    // Only what this edge saw itself may be believed behind it.
    for (const name of Object.keys(request.headers)) {
      if (FORWARDING_HEADERS.test(name)) Reflect.deleteProperty(request.headers, name);
    }
    this.#proxy.web(request, response, { target }, (error) => {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (this.#timedOut.has(request)) sendProblem(response, 'NX-3004', `${what} did not answer in time.`);
      else if (NOT_LISTENING.has(code)) sendProblem(response, 'NX-3001', `${what} is not running.`);
      else sendProblem(response, 'NX-3005', `${what} broke the connection off.`);
    });
  }

  close(): void {
    this.#proxy.close();
    this.#agent.destroy();
  }
}

/**
 * The proxy gives such a request a length of 0 but would still send its body on, which the upstream would take for the
 * next request on that connection.
 */
function hasAmbiguousBody({ method, headers }: IncomingMessage): boolean {
  return (method === 'DELETE' || method === 'OPTIONS') && headers['transfer-encoding'] !== undefined;
}

function relayEnd(upstream: IncomingMessage, response: ServerResponse): void {
  // An upstream that dies in the middle of its answer must not leave the client waiting for the rest.
  upstream.once('close', () => {
    if (!upstream.complete) response.destroy();
  });
  upstream.on('error', () => response.destroy());
  // A live stream may be silent at first; the client still has to learn that it is open.
  if (upstream.headers['content-type']?.startsWith('text/event-stream')) {
    setImmediate(() => {
      if (!response.headersSent && !response.destroyed) response.flushHeaders();
    });
  }
}
