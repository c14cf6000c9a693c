import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Problem } from '@nexus/contracts';
import type { Edge } from './edge.ts';
import { listen, metrics, start } from './edge.world.ts';

jest.setTimeout(180_000);

const INLINE = 'console.log("boot")';
const site = mkdtempSync(join(tmpdir(), 'nexus-edge-'));
let edge: Edge;
let origin: string;
let upstream: Server;
/** What the service behind does with a request; each test sets its own. */
let behind: RequestListener = (_request, response) => void response.end();
let lastSeen: IncomingMessage | undefined;

beforeAll(async () => {
  mkdirSync(join(site, '_app/immutable'), { recursive: true });
  writeFileSync(join(site, '200.html'), `<!doctype html><script>${INLINE}</script><p>Nexus</p>`);
  writeFileSync(join(site, '_app/immutable/app.js'), 'export {}');
  writeFileSync(join(site, '_app/immutable/app.js.br'), 'compressed');
  writeFileSync(join(site, 'robots.txt'), 'User-agent: *');
  upstream = createServer((request, response) => {
    lastSeen = request;
    behind(request, response);
  });
  const address = await listen(upstream);
  edge = await start({
    staticDir: site,
    keycloakUrl: address,
    services: new Map([
      ['sales', address],
      ['away', 'http://127.0.0.1:1'],
    ]),
    trustProxy: [],
  });
  origin = `http://127.0.0.1:${edge.port}`;
});
afterEach(() => {
  behind = (_request, response) => void response.end();
});
afterAll(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await edge.stop();
  rmSync(site, { recursive: true });
});

const problemOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const { code, status } = (await response.json()) as Problem;
  expect(status).toBe(response.status);
  return code;
};

describe('the API behind the edge', () => {
  test('is reached under its name, which the service does not see', async () => {
    behind = (request, response) => void response.end(`${request.method} ${request.url}`);
    expect(await (await fetch(`${origin}/api/sales/orders?page=2`)).text()).toBe('GET /orders?page=2');
    expect(await (await fetch(`${origin}/api/sales`)).text()).toBe('GET /');
    expect(await (await fetch(`${origin}/api/sales?x=1`)).text()).toBe('GET /?x=1');
    expect(await (await fetch(`${origin}/auth/realms/nexus?a=b`)).text()).toBe('GET /auth/realms/nexus?a=b');
  });

  test('does not include the administration of the sign-in service, however it is asked for', async () => {
    lastSeen = undefined;
    for (const path of ['/auth/admin/master/console/', '/auth/realms/nexus/..;/..;/admin', '/auth/realms/m%61ster']) {
      // Not by `fetch`, which would tidy the path up first.
      const asking = httpRequest({ host: '127.0.0.1', port: edge.port, path }).end();
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      expect(response.statusCode).toBe(404);
      response.resume();
    }
    expect(lastSeen).toBeUndefined();
  });

  test('hears who asked from the edge only', async () => {
    await fetch(`${origin}/api/sales/x`, {
      headers: { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-host': 'evil.example', forwarded: 'for=6.6.6.6' },
    });
    expect(lastSeen?.headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(lastSeen?.headers['x-forwarded-host']).toBe(`127.0.0.1:${edge.port}`);
    expect(lastSeen?.headers['forwarded']).toBeUndefined();
  });

  test('an unknown service is not found, whatever comes after its name', async () => {
    for (const path of ['/api/nothing/x', '/api', '/api/', '/api/SALES/x', '/api/..%2f..%2fetc/passwd']) {
      const response = await fetch(origin + path);
      expect(response.status).toBe(404);
      expect(await problemOf(response)).toBe('NX-1002');
    }
  });

  test('a service that is down gets 503, with a time to try again', async () => {
    const response = await fetch(`${origin}/api/away/x`);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await problemOf(response)).toBe('NX-3001');
  });

  test('a service that dies before its answer gets 502', async () => {
    behind = (request) => void request.socket.destroy();
    const response = await fetch(`${origin}/api/sales/x`);
    expect(response.status).toBe(502);
    expect(await problemOf(response)).toBe('NX-3005');
  });

  test('a service that says nothing gets 504', async () => {
    behind = () => undefined;
    const response = await fetch(`${origin}/api/sales/x`);
    expect(response.status).toBe(504);
    expect(await problemOf(response)).toBe('NX-3004');
  });

  test('a service that dies in the middle of its answer cuts the client off too', async () => {
    behind = (request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => request.socket.destroy());
    };
    const response = await fetch(`${origin}/api/sales/x`);
    await expect(response.text()).rejects.toThrow();
  });

  test('an upload of 100 MB streams through: the service has each part before the next is sent', async () => {
    const partBytes = 1024 ** 2;
    const parts = 100;
    let bytes = 0;
    let reached = Promise.withResolvers<undefined>();
    behind = (request, response) => {
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes % partBytes === 0) reached.resolve(undefined);
      });
      request.on('end', () => response.end(String(bytes)));
    };
    const upload = httpRequest(`${origin}/api/sales/upload`, { method: 'POST' });
    for (let part = 0; part < parts; part++) {
      reached = Promise.withResolvers<undefined>();
      upload.write(Buffer.alloc(partBytes, part));
      await reached.promise;
    }
    upload.end();
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    expect((await response.setEncoding('utf8').toArray()).join('')).toBe(String(parts * partBytes));
  });

  test('a body that is announced too large is refused before it is sent', async () => {
    const upload = httpRequest(`${origin}/api/sales/upload`, {
      method: 'POST',
      headers: { 'content-length': 300 * 1024 ** 2, expect: '100-continue' },
    });
    upload.on('error', () => undefined);
    upload.flushHeaders();
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    upload.destroy();
  });

  test('server-sent events arrive one by one, the opening before the first', async () => {
    const next = Promise.withResolvers<undefined>();
    behind = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      void next.promise.then(() => response.write('data: 1\n\n'));
    };
    const response = await fetch(`${origin}/api/sales/live`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    next.resolve(undefined);
    const { value } = await reader.read();
    expect(Buffer.from(value ?? []).toString()).toBe('data: 1\n\n');
    await reader.cancel();
  });

  test('when the client goes away the service learns of it', async () => {
    const gone = Promise.withResolvers<undefined>();
    const arrived = Promise.withResolvers<undefined>();
    behind = (_request, response) => {
      arrived.resolve(undefined);
      response.on('close', () => gone.resolve(undefined));
    };
    const abort = new AbortController();
    const asking = fetch(`${origin}/api/sales/x`, { signal: abort.signal });
    await arrived.promise;
    abort.abort();
    await expect(asking).rejects.toThrow();
    await gone.promise;
  });

  test('a DELETE with a body of unknown length cannot smuggle a second request in', async () => {
    const seen: string[] = [];
    behind = (request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.end();
    };
    const socket = connect(edge.port, '127.0.0.1');
    const smuggled = 'GET /secret HTTP/1.1\r\nHost: x\r\n\r\n';
    socket.write(
      `DELETE /api/sales/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toContain('400 Bad Request');
    expect(seen).toEqual([]);
  });
});

describe('the back office', () => {
  test('every page is the application, guarded by a policy that names its own script', async () => {
    for (const path of ['/', '/sales/2026/17', '/products?x=1']) {
      const response = await fetch(origin + path);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('Nexus');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain(`script-src 'self' 'sha256-${createHash('sha256').update(INLINE).digest('base64')}';`);
      expect(policy).toContain(`object-src 'none'`);
    }
  });

  test('files named by their content are kept for ever, compressed ones preferred', async () => {
    const response = await fetch(`${origin}/_app/immutable/app.js`, { headers: { 'accept-encoding': 'identity' } });
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-type')).toContain('text/javascript');
    const head = await fetch(`${origin}/_app/immutable/app.js`, {
      method: 'HEAD',
      headers: { 'accept-encoding': 'gzip, br' },
    });
    expect(head.headers.get('content-encoding')).toBe('br');
  });

  test('a page that has not changed is not sent again', async () => {
    const etag = (await fetch(`${origin}/`)).headers.get('etag') ?? '';
    const again = await fetch(`${origin}/`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  test('a missing file is missing, and nothing outside the folder can be had', async () => {
    for (const path of [
      '/_app/immutable/old.js',
      '/%2e%2e/%2e%2e/etc/passwd.txt',
      '/..%2f..%2fetc%2fhosts.txt',
      '/%00.js',
      '/%zz.js',
    ]) {
      const response = await fetch(origin + path);
      expect(response.status).toBe(404);
      expect(await problemOf(response)).toBe('NX-1002');
    }
  });

  test('is only read', async () => {
    const response = await fetch(`${origin}/`, { method: 'POST', body: 'x' });
    expect(response.status).toBe(405);
    expect(await problemOf(response)).toBe('NX-1005');
  });
});

describe('behind a router of one’s own', () => {
  let own: Edge;
  const asked = async (headers: Record<string, string>) => {
    await fetch(`http://127.0.0.1:${own.port}/api/sales/x`, { headers });
    const { headers: seen } = lastSeen as IncomingMessage;
    return ['for', 'proto', 'host', 'port'].map((name) => seen[`x-forwarded-${name}`]);
  };
  const said = {
    'x-forwarded-for': '6.6.6.6, 203.0.113.9, 10.1.2.3',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'nexus.example',
    'x-real-ip': '6.6.6.6',
  };
  afterEach(() => own.stop());

  test('what a trusted one says of the client is handed on, and of several addresses the client’s alone', async () => {
    const address = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    own = await start({
      keycloakUrl: address,
      services: new Map([['sales', address]]),
      trustProxy: ['loopback', '10.0.0.0/8'],
    });
    expect(await asked(said)).toEqual(['203.0.113.9', 'https', 'nexus.example', '443']);
    expect(lastSeen?.headers['x-real-ip']).toBeUndefined();
    expect(await asked({ ...said, 'x-forwarded-port': '8443' })).toEqual([
      ...['203.0.113.9', 'https', 'nexus.example', '8443'],
    ]);
  });

  test('what another one says is not', async () => {
    const address = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    own = await start({ keycloakUrl: address, services: new Map([['sales', address]]), trustProxy: ['10.0.0.0/8'] });
    expect(await asked(said)).toEqual(['127.0.0.1', 'http', `127.0.0.1:${own.port}`, String(own.port)]);
  });
});

describe('a connection that the service closes while it is used again', () => {
  /** The service answers the first request and breaks the connection off at each further one that comes over it. */
  const breakOffWhenUsedAgain = (): (() => string[]) => {
    const used = new WeakSet<object>();
    const seen: string[] = [];
    behind = (request, response) => {
      seen.push(`${request.method} ${request.url}`);
      if (used.has(request.socket)) return void request.socket.destroy();
      used.add(request.socket);
      response.end('answered');
    };
    return () => seen;
  };

  test('is tried once more, over another, by what changes nothing', async () => {
    const seen = breakOffWhenUsedAgain();
    const bodies: string[] = [];
    for (let round = 0; round < 4; round += 1) bodies.push(await (await fetch(`${origin}/api/sales/look`)).text());
    expect(bodies).toEqual(Array(4).fill('answered'));
    expect(seen().length).toBeGreaterThan(4);
  });

  test.each([
    ['with a body', 'Content-Length: 2\r\n\r\n{}'],
    ['without one', '\r\n'],
  ])('is not tried again by what may have been done, %s', async (_how, rest) => {
    const seen = breakOffWhenUsedAgain();
    await (await fetch(`${origin}/api/sales/look`)).text();
    const socket = connect(edge.port, '127.0.0.1');
    socket.write(`POST /api/sales/pay HTTP/1.1\r\nHost: x\r\n${rest}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toContain('502 Bad Gateway');
    expect(seen().filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });
});

test('requests are counted by where they went, by nothing that a client chooses', async () => {
  behind = (_request, response) => void response.writeHead(201).end();
  await fetch(`${origin}/api/sales/x/17`);
  await fetch(`${origin}/api/nobody-${'x'.repeat(40)}/y`);
  await (await fetch(`${origin}/robots.txt`)).text();
  const text = await metrics.text();
  const counted = (labels: string) => text.includes(`nexus_http_server_duration_seconds_count{${labels}}`);
  expect(counted('service="edge",method="GET",route="/api/sales",status="2xx"')).toBe(true);
  expect(counted('service="edge",method="GET",route="none",status="4xx"')).toBe(true);
  expect(counted('service="edge",method="GET",route="back-office",status="2xx"')).toBe(true);
  expect(text).not.toContain('nobody');
});
