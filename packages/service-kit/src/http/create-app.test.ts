import { request as rawRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NexusError, problem, uuid, type Problem } from '@nexus/contracts';
import { startTelemetry, type Telemetry } from '@nexus/telemetry';
import { z } from 'zod';
import { createTokenVerifier } from '../access/token-verifier.ts';
import { ndjson, noContent, rawAnswer, sse } from './answer.ts';
import { bufferBody, streamBody } from './body.ts';
import { createApp } from './create-app.ts';
import { createSigner, listen, quiet, TENANT_A, TENANT_B, type Listening, type Signer } from './http-fixture.ts';
import { defineRoute } from './route.ts';

const stopping = new AbortController();
const boom = 'select secret from vault';

const routes = [
  defineRoute({
    method: 'get',
    path: '/things/:thing',
    summary: 'One thing',
    access: { permission: 'chain:read' },
    params: z.strictObject({ thing: uuid }),
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50), tag: z.string().optional() }),
    response: z.object({ tenant: z.string(), thing: z.string(), limit: z.number() }),
    handler: ({ ctx, params, query }) => {
      const answer = { tenant: ctx.tenantId, thing: params.thing, limit: query.limit };
      return { ...answer, secret: 'dropped, because the contract does not name it' };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/things',
    summary: 'Make a thing',
    access: { anyOf: ['catalog:manage', 'stock:manage'] },
    body: z.strictObject({ name: z.string().max(20), at: z.strictObject({ n: z.number().int() }).optional() }),
    response: z.object({ name: z.string() }),
    status: 201,
    limits: { bodyBytes: 1_000 },
    handler: ({ body, reply }) => {
      reply.header('location', '/things/1');
      return { name: body.name };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/things/:thing',
    summary: 'Forget a thing',
    access: { permission: 'chain:read' },
    params: z.strictObject({ thing: uuid }),
    response: noContent,
    handler: () => undefined,
  }),
  defineRoute({
    method: 'post',
    path: '/upload',
    summary: 'Bytes, signed by themselves',
    access: 'signed',
    body: bufferBody(['application/x-ndjson'], 1_000),
    response: z.object({ bytes: z.number() }),
    handler: ({ body }) => ({ bytes: body.length }),
  }),
  defineRoute({
    method: 'post',
    path: '/import',
    summary: 'A stream',
    access: 'public',
    body: streamBody(['text/csv'], 100_000),
    response: z.object({ bytes: z.number() }),
    handler: async ({ body }) => {
      let bytes = 0;
      for await (const chunk of body) bytes += (chunk as Buffer).length;
      return { bytes };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/rows',
    summary: 'Rows',
    access: 'public',
    response: ndjson(z.object({ n: z.number() })),
    handler: async function* () {
      for (let n = 0; n < 5_000; n += 1) yield await Promise.resolve({ n });
    },
  }),
  defineRoute({
    method: 'get',
    path: '/rows/broken',
    summary: 'Rows that end in an error',
    access: 'public',
    response: ndjson(z.object({ n: z.number() })),
    handler: async function* () {
      yield await Promise.resolve({ n: 1 });
      throw new Error(boom);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/live',
    summary: 'Events',
    access: { permission: 'chain:read' },
    response: sse(z.object({ n: z.number() })),
    handler: async function* ({ signal }) {
      yield { event: 'tick', id: '1', data: { n: 1 } };
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
  }),
  defineRoute({
    method: 'get',
    path: '/file',
    summary: 'A file',
    access: 'public',
    response: rawAnswer('text/csv'),
    handler: () => 'a,b\n',
  }),
  defineRoute({
    method: 'get',
    path: '/platform',
    summary: 'For operators',
    access: { permission: 'platform:operate' },
    response: z.object({ tenant: z.string().nullable() }),
    handler: ({ ctx }) => ({ tenant: ctx?.tenantId ?? null }),
  }),
  defineRoute({
    method: 'get',
    path: '/me',
    summary: 'Whoever',
    access: 'authenticated',
    response: z.object({ subject: z.string() }),
    handler: ({ claims }) => ({ subject: claims.sub }),
  }),
  defineRoute({
    method: 'get',
    path: '/fails/:how',
    summary: 'Failures',
    access: 'public',
    params: z.strictObject({ how: z.string() }),
    response: z.object({ n: z.number() }),
    limits: { timeoutMs: 50 },
    handler: ({ params }) => {
      if (params.how === 'expected') throw new NexusError('IDN-1001', undefined, { extra: { slug: 'kente' } });
      if (params.how === 'foreign') throw Object.assign(new Error(boom), { status: 404, statusCode: 404 });
      if (params.how === 'database') throw Object.assign(new Error(boom), { code: 'ECONNREFUSED' });
      if (params.how === 'contract') return { n: 'not a number' } as unknown as { n: number };
      if (params.how === 'slow') return new Promise<never>(() => undefined);
      throw new Error(boom);
    },
  }),
];

let telemetry: Telemetry;
let server: Listening;
let signer: Signer;
beforeAll(async () => {
  telemetry = await startTelemetry({ service: 'test' });
  signer = await createSigner('k1');
  const verifier = createTokenVerifier({
    fetchState: () => Promise.resolve({ keys: [signer.jwk], revocations: [] }),
    logger: quiet,
  });
  const app = createApp({
    service: 'test',
    routes,
    logger: quiet,
    verifier,
    stopping: stopping.signal,
    heartbeatMs: 20,
  });
  server = await listen(app);
});
afterAll(async () => {
  await server.close();
  await telemetry.shutdown();
});

const THING = '01890000-0000-7000-8000-000000000001';
const token = async (changes: Record<string, unknown> = {}) => ({
  authorization: `Bearer ${await signer.sign(changes)}`,
});
const get = async (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers });
const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { method: 'POST', body: body as string, headers });
const asManager = async (): Promise<Record<string, string>> => ({
  ...(await token({ perms: ['stock:manage'] })),
  'content-type': 'application/json',
});

async function expectProblem(response: Response, status: number, code: string): Promise<Problem> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const text = await response.text();
  expect(text).not.toMatch(/secret|vault|\bat .*\.ts|node_modules/);
  const body = problem.parse(JSON.parse(text));
  expect({ status: response.status, code: body.code }).toEqual({ status, code });
  expect(body.status).toBe(status);
  expect(body.traceId).toBe(response.headers.get('nexus-trace-id'));
  return body;
}

describe('answers', () => {
  test('the tenant is the token’s, whatever query and headers say', async () => {
    const headers = { ...(await token()), 'x-tenant-id': TENANT_B, tenant: TENANT_B };
    const response = await get(`/things/${THING}?tenant=${TENANT_B}&tenantId=${TENANT_B}&tenant_id=x`, headers);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ tenant: TENANT_A, thing: THING, limit: 50 });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('nexus-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  test('the same behind the edge’s prefix', async () => {
    expect((await get(`/api/test/things/${THING}`, await token())).status).toBe(200);
    await expectProblem(await get(`/api/other/things/${THING}`, await token()), 404, 'NX-1002');
  });

  test('a trace goes on', async () => {
    const response = await get('/file', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    expect(response.headers.get('nexus-trace-id')).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  test('status and headers of the handler', async () => {
    const response = await post('/things', '{"name":"bowl"}', await asManager());
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe('/things/1');
  });

  test('nothing, bytes, rows', async () => {
    const gone = await fetch(`${server.url}/things/${THING}`, { method: 'DELETE', headers: await token() });
    expect(gone.status).toBe(204);
    expect(await (await get('/file')).text()).toBe('a,b\n');
    const rows = (await (await get('/rows')).text()).trim().split('\n');
    expect(rows).toHaveLength(5_000);
    expect(JSON.parse(rows.at(-1) ?? '')).toEqual({ n: 4_999 });
  });

  test('rows that fail half-way end in a cut connection, not in a short list', async () => {
    const read = async () => (await get('/rows/broken')).text();
    await expect(read()).rejects.toThrow();
  });

  test('a compressed body counts after decompression', async () => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
    const good = await post('/upload', gzipSync('x'.repeat(900)), headers);
    expect(await good.json()).toEqual({ bytes: 900 });
    await expectProblem(await post('/upload', gzipSync('x'.repeat(1_100)), headers), 413, 'NX-1003');
    await expectProblem(await post('/upload', 'no gzip', headers), 400, 'NX-1001');
    await expectProblem(await post('/upload', 'x', { ...headers, 'content-encoding': 'lzma' }), 415, 'NX-1004');
  });

  test('a streamed body under and over its limit', async () => {
    const headers = { 'content-type': 'text/csv' };
    expect(await (await post('/import', 'x'.repeat(90_000), headers)).json()).toEqual({ bytes: 90_000 });
    await expectProblem(
      await post('/import', gzipSync('x'.repeat(110_000)), { ...headers, 'content-encoding': 'gzip' }),
      413,
      'NX-1003',
    );
  });
});

describe('who', () => {
  test.each([
    ['no token', {}, 401, 'NX-2001'],
    ['another scheme', { authorization: 'Basic abc' }, 401, 'NX-2002'],
    ['nonsense', { authorization: 'Bearer nonsense' }, 401, 'NX-2002'],
  ])('%s', async (_name, headers, status, code) => {
    const response = await get(`/things/${THING}`, headers as Record<string, string>);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    await expectProblem(response, status, code);
  });

  test('a token without the right, without a tenant', async () => {
    await expectProblem(await get(`/things/${THING}`, await token({ perms: ['stock:read'] })), 403, 'NX-2003');
    await expectProblem(await get(`/things/${THING}`, await token({ ten: undefined })), 403, 'NX-2004');
    await expectProblem(await get('/platform', await token()), 403, 'NX-2003');
  });

  test('an operator has no tenant and needs none', async () => {
    const operator = await token({ ten: undefined, typ: 'operator', perms: ['platform:operate'] });
    expect(await (await get('/platform', operator)).json()).toEqual({ tenant: null });
    expect((await get('/me', operator)).status).toBe(200);
    await expectProblem(await get(`/things/${THING}`, operator), 403, 'NX-2004');
  });

  test('who may not do it is told so before his body is read', async () => {
    await expectProblem(await post('/things', 'x'.repeat(5_000), await token()), 403, 'NX-2003');
  });
});

describe('bad input', () => {
  test.each(['undeclared=1', 'limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'tag=%00', 'tag=a&tag=b'])(
    'query %s',
    async (query) => {
      const { errors } = await expectProblem(await get(`/things/${THING}?${query}`, await token()), 400, 'NX-1001');
      expect(errors?.[0]?.path).toMatch(/^query/);
    },
  );

  test.each([
    ['not JSON', '{', 400, 'NX-1008'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, 'NX-1008'],
    ['an unknown field', '{"name":"a","colour":1}', 400, 'NX-1001'],
    ['a tenant', `{"name":"a","tenant":"${TENANT_B}"}`, 400, 'NX-1001'],
    ['a deep unknown field', '{"name":"a","at":{"n":1,"tenantId":1}}', 400, 'NX-1001'],
    ['a prototype', '{"name":"a","__proto__":{"x":1}}', 400, 'NX-1001'],
    ['a wrong type', '{"name":1}', 400, 'NX-1001'],
    ['another shape', '[]', 400, 'NX-1001'],
    ['NUL in text', '{"name":"a\\u0000"}', 400, 'NX-1001'],
    ['half a character', '{"name":"\\ud800"}', 400, 'NX-1001'],
    ['too long', `{"name":"${'x'.repeat(2_000)}"}`, 413, 'NX-1003'],
    ['nothing', '', 400, 'NX-1001'],
  ])('body: %s', async (_name, body, status, code) => {
    await expectProblem(await post('/things', body, await asManager()), status, code);
  });

  test('a mistake is named with its place', async () => {
    const response = await post('/things', '{"name":"a","at":{"n":"x"}}', await asManager());
    const { errors } = await expectProblem(response, 400, 'NX-1001');
    expect(errors?.map((error) => error.path)).toEqual(['body.at.n']);
  });

  test('content types', async () => {
    const headers = await asManager();
    await expectProblem(await post('/things', '{}', { ...headers, 'content-type': 'text/plain' }), 415, 'NX-1004');
    await expectProblem(await post('/upload', 'x', { 'content-type': 'text/plain' }), 415, 'NX-1004');
    await expectProblem(await get('/file', { accept: 'image/png' }), 406, 'NX-1009');
  });

  test('a body where none belongs', async () => {
    const send = async (body: string) =>
      fetch(`${server.url}/things/${THING}`, { method: 'DELETE', body, headers: await token() });
    expect((await send('{}')).status).toBe(204);
    await expectProblem(await send(`{"tenant":"${TENANT_B}"}`), 400, 'NX-1001');
  });

  test('paths and methods', async () => {
    await expectProblem(await get('/nowhere'), 404, 'NX-1002');
    await expectProblem(await get('/things/%E0%A4%A', await token()), 400, 'NX-1001');
    await expectProblem(await get('/things/no-uuid', await token()), 400, 'NX-1001');
    const wrong = await fetch(`${server.url}/things`, { method: 'PUT', body: '{}' });
    expect(wrong.headers.get('allow')).toBe('POST, OPTIONS');
    await expectProblem(wrong, 405, 'NX-1005');
  });

  test('a body cut off', async () => {
    const headers = { ...(await asManager()), 'content-length': '100' };
    await new Promise<void>((resolve) => {
      const request = rawRequest(`${server.url}/things`, { method: 'POST', headers }, () => undefined);
      request.on('error', () => resolve());
      request.write('{"name":', () => request.destroy());
      request.on('close', resolve);
    });
    expect((await get('/file')).status).toBe(200);
  });
});

describe('failures', () => {
  test.each([
    ['expected', 409, 'IDN-1001'],
    ['foreign', 500, 'NX-1000'],
    ['database', 503, 'NX-3001'],
    ['contract', 500, 'NX-1000'],
    ['slow', 504, 'NX-3004'],
    ['other', 500, 'NX-1000'],
  ])('%s', async (how, status, code) => {
    await expectProblem(await get(`/fails/${how}`), status, code);
  });
});

describe('events', () => {
  test('come at once, with heartbeats, and end with the token', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const response = await get('/live', await token({ exp: seconds - 4, iat: seconds - 100 }));
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const text = await response.text();
    expect(text).toContain('event: tick\nid: 1\ndata: {"n":1}\n\n');
    expect(text).toContain(': alive\n\n');
  });

  test('end when the process stops', async () => {
    const response = await get('/live', await token());
    stopping.abort();
    expect(await response.text()).toContain('data: {"n":1}');
    expect((await get('/file')).headers.get('connection')).toBe('close');
  });
});

test('OpenAPI 3.1 names every route and its limits', async () => {
  const document = (await (await get('/openapi.json')).json()) as {
    openapi: string;
    paths: Record<string, Record<string, { security?: unknown; responses: object; parameters?: object[] }>>;
  };
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toContain('/things/{thing}');
  expect(document.paths['/things/{thing}']?.get?.security).toEqual([{ token: [] }]);
  expect(document.paths['/things/{thing}']?.get?.parameters).toHaveLength(3);
  expect(Object.keys(document.paths['/things']?.post?.responses ?? {})).toEqual(['201', 'default']);
});

test('a route that contradicts itself is refused when it is declared', () => {
  const route = {
    method: 'get',
    summary: '',
    access: 'public',
    response: noContent,
    handler: () => undefined,
  } as const;
  expect(() => defineRoute({ ...route, path: '/a/:id' })).toThrow('differ');
  expect(() =>
    createApp({ service: 'x', logger: quiet, verifier: {} as never, routes: [routes[0], routes[0]] as never }),
  ).toThrow('twice');
});
