import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EdgeConfig } from './edge/config.ts';
import { sendProblem } from './edge/problem.ts';
import { ReverseProxy } from './edge/reverse-proxy.ts';
import { StaticFiles } from './edge/static-files.ts';

const HEADERS_TIMEOUT_MS = 30_000;
/** A till on a bad line may take this long for one upload. */
const REQUEST_TIMEOUT_MS = 15 * 60_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_BODY_BYTES = 256 * 1024 ** 2;

export interface Edge {
  port: number;
  stop(): Promise<void>;
}

/** The one origin that browsers and tills know: `/api/<service>`, `/auth`, and the back office for all the rest. */
export async function startEdge(config: EdgeConfig): Promise<Edge> {
  const proxy = new ReverseProxy(config.idleTimeoutMs);
  const files = config.staticDir === undefined ? undefined : new StaticFiles(config.staticDir);
  const state = { draining: false };
  const server = createServer((request, response) => {
    route({ config, proxy, files, state }, request, response).catch((error: unknown) => {
      console.error(error);
      sendProblem(response, 'NX-1000', 'The edge could not serve this.');
    });
  });
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  server.listen(config.port, config.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      state.draining = true;
      await closeServer(server, config.drainTimeoutMs);
      proxy.close();
    },
  };
}

interface Parts {
  config: EdgeConfig;
  proxy: ReverseProxy;
  files: StaticFiles | undefined;
  state: { draining: boolean };
}

async function route(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { config, proxy, files, state } = parts;
  const target = request.url ?? '/';
  // Only the form that a server is asked in; a proxy's absolute form names somebody else's host.
  if (!target.startsWith('/')) return sendProblem(response, 'NX-1001', 'The request target is not a path.');
  const pathname = target.split(/[?#]/, 1)[0] ?? '/';
  if (pathname === '/livez') return sendJson(response, 200, { live: true });
  if (pathname === '/readyz' || pathname === '/startupz') {
    return sendJson(response, state.draining ? 503 : 200, { ready: !state.draining });
  }
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    return sendProblem(response, 'NX-1003', `At most ${MAX_BODY_BYTES} bytes are taken at once.`);
  }
  const api = /^\/api\/([a-z][a-z0-9-]*)(\/.*)?$/.exec(pathname);
  const upstream = config.services.get(api?.[1] ?? '');
  if (api && upstream !== undefined) {
    request.url = target.slice(`/api/${api[1] ?? ''}`.length) || '/';
    if (!request.url.startsWith('/')) request.url = `/${request.url}`;
    return proxy.forward(request, response, upstream, `The service ${api[1] ?? ''}`);
  }
  if (pathname === '/api' || pathname.startsWith('/api/')) {
    return sendProblem(response, 'NX-1002', 'There is no such service.');
  }
  if (pathname === '/auth' || pathname.startsWith('/auth/')) {
    return proxy.forward(request, response, config.keycloakUrl, 'The sign-in service');
  }
  if (!files) return sendProblem(response, 'NX-1002', 'The back office is not served here.');
  return files.serve(request, response, pathname);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

/** Lets running requests end; live streams, which never do, are cut after the grace period. */
async function closeServer(server: Server, drainTimeoutMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), drainTimeoutMs);
  await closed;
  clearTimeout(timer);
}
