import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { rawProblem } from './problem.ts';

export interface ServeOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface HttpService {
  readonly url: string;
  /** Takes no more connections, lets requests in hand end for `graceMs`, then cuts what is left. */
  stop(graceMs: number): Promise<void>;
}

/** A client that sends its headers this slowly sends them on purpose. */
const HEADERS_TIMEOUT_MS = 10_000;
/** For a whole request; 4 MiB over a bad line must fit. */
const REQUEST_TIMEOUT_MS = 120_000;
/** Longer than a proxy keeps its side, so that the proxy closes first and no request meets a closing connection. */
const KEEP_ALIVE_MS = 65_000;
const MAX_CONNECTIONS = 10_000;

/** Listens. Fails with the system's own error where the port is taken. */
export async function serve(app: RequestListener, options: ServeOptions): Promise<HttpService> {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: 16 * 1024,
      noDelay: true,
    },
    app,
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', refuse);
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return { url: `http://${host}:${port}`, stop: (graceMs) => stop(server, graceMs) };
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

/** What is no HTTP, too long or too slow gets an answer in the same form as everything else. */
function refuse(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  if (error.code === 'HPE_HEADER_OVERFLOW') socket.end(rawProblem('NX-1003', 431));
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') socket.end(rawProblem('NX-3004', 408));
  else socket.end(rawProblem('NX-1001', 400));
}
