import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TENANT_A, TENANT_B, quiet } from '../test-support/http-fixture.ts';
import { expectProblem, routes, startSampleApp, type SampleApp } from '../test-support/sample-app.ts';
import { noContent } from './answer.ts';
import { createApp } from './create-app.ts';
import { defineRoute } from './route.ts';

/** Longer than a token is good for, and what a clock may be wrong by. */
const TOKEN_LIFE_MS = 10 * 60_000;

let app: SampleApp;
beforeAll(async () => {
  app = await startSampleApp();
});
afterAll(() => app.close());

const THING = '01890000-0000-7000-8000-000000000001';
describe('answers', () => {
  test('the tenant is the token’s, whatever query and headers say', async () => {
    const headers = { ...(await app.token()), 'x-tenant-id': TENANT_B, tenant: TENANT_B };
    const response = await app.get(`/things/${THING}?tenant=${TENANT_B}&tenantId=${TENANT_B}&tenant_id=x`, headers);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ tenant: TENANT_A, thing: THING, limit: 50 });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('nexus-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  test('the same behind the edge’s prefix', async () => {
    expect((await app.get(`/api/test/things/${THING}`, await app.token())).status).toBe(200);
    await expectProblem(await app.get(`/api/other/things/${THING}`, await app.token()), 404, 'NX-1002');
  });

  test('a trace goes on', async () => {
    const response = await app.get('/file', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    expect(response.headers.get('nexus-trace-id')).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  test('status and headers of the handler', async () => {
    const response = await app.post('/things', '{"name":"bowl"}', await app.asManager());
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe('/things/1');
  });

  test('nothing, bytes, rows', async () => {
    const gone = await app.send(`/things/${THING}`, { method: 'DELETE', headers: await app.token() });
    expect(gone.status).toBe(204);
    expect(await (await app.get('/file')).text()).toBe('a,b\n');
    const rows = (await (await app.get('/rows')).text()).trim().split('\n');
    expect(rows).toHaveLength(5_000);
    expect(JSON.parse(rows.at(-1) ?? '')).toEqual({ n: 4_999 });
  });

  test('rows that fail half-way end in a cut connection, not in a short list', async () => {
    const read = async () => (await app.get('/rows/broken')).text();
    await expect(read()).rejects.toThrow();
  });

  test('a compressed body counts after decompression', async () => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
    const good = await app.post('/upload', gzipSync('x'.repeat(900)), headers);
    expect(await good.json()).toEqual({ bytes: 900 });
    await expectProblem(await app.post('/upload', gzipSync('x'.repeat(1_100)), headers), 413, 'NX-1003');
    await expectProblem(await app.post('/upload', 'no gzip', headers), 400, 'NX-1001');
    await expectProblem(await app.post('/upload', 'x', { ...headers, 'content-encoding': 'lzma' }), 415, 'NX-1004');
  });

  test('a streamed body under and over its limit', async () => {
    const headers = { 'content-type': 'text/csv' };
    expect(await (await app.post('/import', 'x'.repeat(90_000), headers)).json()).toEqual({ bytes: 90_000 });
    await expectProblem(
      await app.post('/import', gzipSync('x'.repeat(110_000)), { ...headers, 'content-encoding': 'gzip' }),
      413,
      'NX-1003',
    );
  });
});

describe('events', () => {
  test('come at once, with heartbeats, and end with the token', async () => {
    const response = await app.get('/live', await app.token());
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    let ended = false;
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (ended || !text.includes(': alive\n\n')) continue;
      ended = true;
      app.advance(TOKEN_LIFE_MS);
    }
    expect(text).toContain('event: tick\nid: 1\ndata: {"n":1}\n\n');
    expect(ended).toBe(true);
  });

  test('end when the process stops', async () => {
    const response = await app.get('/live', await app.token());
    app.stopping.abort();
    expect(await response.text()).toContain('data: {"n":1}');
    expect((await app.get('/file')).headers.get('connection')).toBe('close');
  });
});

test('OpenAPI 3.1 names every route and its limits', async () => {
  const document = (await (await app.get('/openapi.json')).json()) as {
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
