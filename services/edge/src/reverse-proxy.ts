import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import httpProxy from 'http-proxy-3';
import { createForwarding } from './forwarding.ts';
import { sendProblem } from './problem.ts';
import { UpstreamAgent } from './upstream-agent.ts';

const NOT_LISTENING = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);
const BROKEN_OFF = new Set(['ECONNRESET', 'EPIPE']);

export interface ReverseProxyOptions {
  readonly idleTimeoutMs: number;
  readonly trustProxy: readonly string[];
  /** True from the moment on at which clients are to find another edge. */
  readonly draining: () => boolean;
}

/** A request on its way. */
export interface Forwarded {
  /** `request.url` is already the path that the upstream knows. */
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: string;
  /** Names the upstream for people. */
  readonly what: string;
  /** Called when the answer begins, where it is an event stream. */
  readonly begun: () => void;
}

/** Hands requests on to the services behind, streaming both ways, and answers in their place when they cannot. */
export class ReverseProxy {
  readonly #agent = new UpstreamAgent();
  readonly #proxy: ReturnType<typeof httpProxy.createProxyServer>;
  readonly #forwarding: (request: IncomingMessage) => void;
  readonly #timedOut = new WeakSet<IncomingMessage>();
  readonly #onUsedConnection = new WeakSet<IncomingMessage>();
  readonly #onBegun = new WeakMap<IncomingMessage, () => void>();
  readonly #streams = new Set<ServerResponse>();

  constructor({ idleTimeoutMs, trustProxy, draining }: ReverseProxyOptions) {
    this.#forwarding = createForwarding(trustProxy);
    this.#proxy = httpProxy.createProxyServer({ agent: this.#agent, proxyTimeout: idleTimeoutMs });
    this.#proxy.on('proxyReq', (upstream: ClientRequest, request: IncomingMessage) => {
      upstream.once('timeout', () => this.#timedOut.add(request));
      if (upstream.reusedSocket) this.#onUsedConnection.add(request);
      else this.#onUsedConnection.delete(request);
    });
    this.#proxy.on('proxyRes', (upstream: IncomingMessage, request: IncomingMessage, response: ServerResponse) => {
      // Each side has a connection of its own: a service that stops does not end the client's, a stopping edge does.
      upstream.headers.connection = draining() ? 'close' : 'keep-alive';
      relayEnd(upstream, response);
      if (isEventStream(upstream)) this.#follow(request, response);
    });
    // The client went away: there is nobody left to answer.
    this.#proxy.on('econnreset', (_error, _request, response) => void response.destroy());
  }

  forward(forwarded: Forwarded): void {
    const { request, response, begun } = forwarded;
    if (hasAmbiguousBody(request)) {
      return sendProblem(response, 'NX-1001', 'This method takes no body of unknown length.');
    }
    this.#forwarding(request);
    this.#onBegun.set(request, begun);
    this.#send(forwarded, true);
  }

  #send(forwarded: Forwarded, mayRepeat: boolean): void {
    const { request, response, target, what } = forwarded;
    this.#proxy.web(request, response, { target }, (error) => {
      const { code = '' } = error as NodeJS.ErrnoException;
      // A service that stops closes connections that are kept open, perhaps at the moment at which one is used again.
      const closedBefore = BROKEN_OFF.has(code) && this.#onUsedConnection.has(request) && isRepeatable(request);
      const unanswered = !response.headersSent && !response.destroyed;
      if (this.#timedOut.has(request)) sendProblem(response, 'NX-3004', `${what} did not answer in time.`);
      else if (mayRepeat && closedBefore && unanswered) this.#send(forwarded, false);
      else if (NOT_LISTENING.has(code)) sendProblem(response, 'NX-3001', `${what} is not running.`);
      else sendProblem(response, 'NX-3005', `${what} broke the connection off.`);
    });
  }

  /** A live stream never ends by itself; whoever listens connects again, to another edge. */
  cutStreams(): void {
    for (const response of this.#streams) response.destroy();
  }

  close(): void {
    this.#proxy.close();
    this.#agent.destroy();
  }

  #follow(request: IncomingMessage, response: ServerResponse): void {
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
    // It may be silent at first; the client still has to learn that it is open.
    setImmediate(() => {
      if (!response.headersSent && !response.destroyed) response.flushHeaders();
      this.#onBegun.get(request)?.();
    });
  }
}

/** Only what changes nothing and has nothing left to send is asked twice. */
const isRepeatable = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined;

const isEventStream = (upstream: IncomingMessage): boolean =>
  upstream.headers['content-type']?.startsWith('text/event-stream') === true;

/**
 * The proxy gives such a request a length of 0 but would still send its body on, which the upstream would take for the
 * next request on that connection.
 */
function hasAmbiguousBody({ method, headers }: IncomingMessage): boolean {
  return (method === 'DELETE' || method === 'OPTIONS') && headers['transfer-encoding'] !== undefined;
}

/** An upstream that dies in the middle of its answer must not leave the client waiting for the rest. */
function relayEnd(upstream: IncomingMessage, response: ServerResponse): void {
  upstream.once('close', () => {
    if (!upstream.complete) response.destroy();
  });
  upstream.on('error', () => response.destroy());
}
