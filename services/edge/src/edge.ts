import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger, Metrics } from '@nexus/telemetry';
import type { EdgeConfig } from './config.ts';
import { observe } from './observe.ts';
import { sendProblem } from './problem.ts';
import { answerProbe } from './probes.ts';
import { refuseWhatIsNoRequest } from './refuse-client.ts';
import { ReverseProxy } from './reverse-proxy.ts';
import { createRouter } from './router.ts';
import { StaticFiles } from './static-files.ts';

const HEADERS_TIMEOUT_MS = 30_000;
/** A till on a bad line may take this long for one upload. */
const REQUEST_TIMEOUT_MS = 15 * 60_000;
/** Longer than routers in front keep theirs, so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_CONNECTIONS = 10_000;
const MAX_BODY_BYTES = 256 * 1024 ** 2;

export interface Edge {
  port: number;
  /** Not ready for `drainMs`, then no new connections; requests in hand end, live streams are cut. */
  stop(): Promise<void>;
}

export interface EdgeParts {
  readonly config: Omit<EdgeConfig, 'metrics' | 'logLevel' | 'stopTimeoutMs'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The one origin that browsers and tills know: `/api/<service>`, `/auth`, and the back office for all the rest. */
export async function startEdge({ config, logger, metrics }: EdgeParts): Promise<Edge> {
  const state = { draining: false };
  const proxy = new ReverseProxy({
    idleTimeoutMs: config.idleTimeoutMs,
    trustProxy: config.trustProxy,
    draining: () => state.draining,
  });
  const files = config.staticDir === undefined ? undefined : new StaticFiles(config.staticDir);
  const route = createRouter({ services: config.services, keycloakUrl: config.keycloakUrl, proxy, files });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (state.draining) response.shouldKeepAlive = false;
    if (answerProbe(request, response, state)) return;
    if (request.headers.host === undefined) return sendProblem(response, 'NX-1001', 'The request names no host.');
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
      return sendProblem(response, 'NX-1003', `At most ${MAX_BODY_BYTES} bytes are taken at once.`);
    }
    const found = route(request);
    return found.serve(response, observe(metrics, found.name, request, response));
  };
  // Node would refuse a request without a host in words of its own.
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A client that goes away in the middle of a file is its own affair.
      if (response.destroyed) return;
      logger.error({ err: error }, 'a request could not be served');
      sendProblem(response, 'NX-1000', 'The edge could not serve this.');
    });
  });
  refuseWhatIsNoRequest(server);
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(config.port, config.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      state.draining = true;
      await sleep(config.drainMs);
      await closeServer(server, proxy, config.stopGraceMs);
      proxy.close();
    },
  };
}

async function closeServer(server: Server, proxy: ReverseProxy, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  proxy.cutStreams();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
