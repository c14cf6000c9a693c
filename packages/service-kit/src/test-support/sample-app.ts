import { expect } from '@jest/globals';
import { NexusError, problem, uuid, type Problem } from '@nexus/contracts';
import { startTelemetry, type Telemetry } from '@nexus/telemetry';
import { z } from 'zod';
import { createTokenVerifier } from '../access/token-verifier.ts';
import { createSigner, listen, quiet, type Listening, type Signer } from './http-fixture.ts';
import { ndjson, noContent, rawAnswer, sse } from '../http/answer.ts';
import { bufferBody, streamBody } from '../http/body.ts';
import { createApp } from '../http/create-app.ts';
import { defineRoute } from '../http/route.ts';

/** A service with a route of every kind, for this package's own tests. */

const boom = 'select secret from vault';

export const routes = [
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

export interface SampleApp {
  readonly url: string;
  readonly signer: Signer;
  readonly stopping: AbortController;
  /** Puts the clock of who signs and who verifies ahead, from now on. */
  advance(ms: number): void;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: string | Buffer, headers?: Record<string, string>): Promise<Response>;
  send(path: string, init: RequestInit): Promise<Response>;
  /** Headers of a good token, with these claims changed. */
  token(changes?: Record<string, unknown>): Promise<{ authorization: string }>;
  /** Headers of a JSON request by somebody who may make things. */
  asManager(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

export async function startSampleApp(): Promise<SampleApp> {
  const stopping = new AbortController();
  const telemetry: Telemetry = await startTelemetry({ service: 'test' });
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  const signer = await createSigner('k1', now);
  const verifier = createTokenVerifier({
    fetchState: () => Promise.resolve({ keys: [signer.jwk], revocations: [] }),
    logger: quiet,
    now,
  });
  const app = createApp({
    service: 'test',
    routes,
    logger: quiet,
    verifier,
    stopping: stopping.signal,
    heartbeatMs: 20,
  });
  const server: Listening = await listen(app);
  const send: SampleApp['send'] = (path, init) => fetch(server.url + path, init);
  const token: SampleApp['token'] = async (changes = {}) => ({ authorization: `Bearer ${await signer.sign(changes)}` });
  return {
    url: server.url,
    signer,
    stopping,
    advance: (ms) => void (aheadMs += ms),
    send,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, body, headers = {}) => send(path, { method: 'POST', body: body as string, headers }),
    token,
    asManager: async () => ({ ...(await token({ perms: ['stock:manage'] })), 'content-type': 'application/json' }),
    async close() {
      await server.close();
      await telemetry.shutdown();
    },
  };
}

export async function expectProblem(response: Response, status: number, code: string): Promise<Problem> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const text = await response.text();
  expect(text).not.toMatch(/secret|vault|\bat .*\.ts|node_modules/);
  const body = problem.parse(JSON.parse(text));
  expect({ status: response.status, code: body.code }).toEqual({ status, code });
  expect(body.status).toBe(status);
  expect(body.traceId).toBe(response.headers.get('nexus-trace-id'));
  return body;
}
