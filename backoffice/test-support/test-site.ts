/**
 * Serves the built back office with a fake Keycloak and fixture answers, on one origin as the edge does: for component
 * tests in a real browser. Nothing of the platform runs here.
 */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { ERROR_CODES, type ErrorCode } from '@nexus/contracts';
import { ensureBuilt } from './ensure-built.ts';
import { FakeKeycloak } from './fake-keycloak.ts';
import { fixtureRoutes, freshState, Refusal, type FixtureState } from './fixture-api.ts';

const BUILD = join(import.meta.dirname, '..', 'build');
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

export interface TestSite {
  readonly origin: string;
  readonly state: FixtureState;
  readonly keycloak: FakeKeycloak;
  /** Requests to the API so far: `GET /api/…`. */
  readonly asked: string[];
  /** Answers with this code instead, for paths that begin so, until it is cleared. */
  readonly failures: Map<string, ErrorCode>;
  /** Tells every open page that something was sold. */
  sell(): void;
  /** Breaks every live line. */
  cut(): void;
  close(): Promise<void>;
}

/** How often a copy is begun again because a newer site was put in place under it. */
const COPY_TRIES = 5;

/**
 * A copy, since somebody else may build a newer site meanwhile, whose files have other names. A site that is put in place
 * while it is copied would leave half of each: the folder must be the same one afterwards.
 */
async function copyOfBuild(): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const root = await mkdtemp(join(tmpdir(), 'nexus-backoffice-site-'));
    try {
      const before = await stat(BUILD);
      await cp(BUILD, root, { recursive: true });
      if ((await stat(BUILD)).ino === before.ino) return root;
    } catch (error) {
      if (attempt >= COPY_TRIES) throw error;
    }
    await rm(root, { recursive: true, force: true });
    if (attempt >= COPY_TRIES) throw new Error('the back office is built again and again');
  }
}

export async function startTestSite(clock: () => number): Promise<TestSite> {
  await ensureBuilt();
  const root = await copyOfBuild();
  const state = freshState();
  const keycloak = new FakeKeycloak(clock);
  const failures = new Map<string, ErrorCode>();
  const asked: string[] = [];
  const live = new Set<ServerResponse>();
  const routes = fixtureRoutes(state);

  const problem = (response: ServerResponse, code: ErrorCode): void => {
    const { status, title } = ERROR_CODES[code];
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(
      JSON.stringify({ type: `urn:nexus:problem:${code}`, title, status, code, traceId: '4bf92f3577b34da6' }),
    );
  };

  const api = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    asked.push(`${request.method ?? ''} ${url.pathname}${url.search}`);
    const failure = [...failures].find(([path]) => url.pathname.startsWith(path))?.[1];
    if (failure !== undefined) return problem(response, failure);
    if (url.pathname === '/api/sales/live') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n');
      live.add(response);
      request.on('close', () => live.delete(response));
      return;
    }
    for (const route of routes) {
      const path = route.method === request.method ? match(route.path, url.pathname) : null;
      if (path === null) continue;
      try {
        const query = route.query.parse(Object.fromEntries(url.searchParams));
        const result = route.handle({
          bearer: request.headers.authorization,
          path,
          query,
          body: await bodyOf(request),
        });
        if (route.answer === null) response.writeHead(204).end();
        else
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify(route.answer.parse(result)));
      } catch (error) {
        // A fixture or a question that breaks its contract is a mistake of ours: the page shows NX-1000 and the test fails.
        problem(response, error instanceof Refusal ? error.code : 'NX-1000');
      }
      return;
    }
    problem(response, 'NX-1002');
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    void (async () => {
      if (await keycloak.serve(request, response, url)) return;
      if (url.pathname.startsWith('/api/')) return api(request, response, url);
      return sendFile(root, response, url.pathname);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const end = () => {
    for (const response of live) response.end();
    live.clear();
  };

  return {
    origin,
    state,
    keycloak,
    asked,
    failures,
    sell: () => {
      for (const response of live) {
        response.write(`data: ${JSON.stringify({ transactions: 1, branches: [], at: clock() })}\n\n`);
      }
    },
    cut: end,
    close: async () => {
      end();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await rm(root, { recursive: true, force: true });
    },
  };
}

const match = (pattern: string, path: string): Record<string, string> | null => {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return null;
  const values: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    if (part.startsWith(':')) values[part.slice(1)] = decodeURIComponent(given[at] ?? '');
    else if (part !== given[at]) return null;
  }
  return values;
};

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const part of request) text += String(part);
  return text === '' ? undefined : JSON.parse(text);
};

const sendFile = async (root: string, response: ServerResponse, path: string): Promise<void> => {
  const file = join(root, path);
  const isFile = extname(path) !== '' && existsSync(file);
  if (!isFile && extname(path) !== '') {
    response.writeHead(404).end();
    return;
  }
  const name = isFile ? file : join(root, 'index.html');
  response
    .writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' })
    .end(await readFile(name));
};
