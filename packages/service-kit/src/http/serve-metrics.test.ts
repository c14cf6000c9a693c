import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NexusError } from '@nexus/contracts';
import { createMetrics } from '@nexus/telemetry';
import { waitFor } from '@nexus/testkit';
import { z } from 'zod';
import { listen, quiet, type Listening } from '../test-support/http-fixture.ts';
import { sse } from './answer.ts';
import { createApp } from './create-app.ts';
import { defineRoute } from './route.ts';
import type { HttpService } from './serve.ts';
import { serveMetrics } from './serve-metrics.ts';

const metrics = createMetrics();
const stopping = new AbortController();
let service: Listening;
let listener: HttpService;

async function* never(signal: AbortSignal): AsyncGenerator<{ id: string; data: number }> {
  yield { id: '1', data: 1 };
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

const routes = [
  defineRoute({
    method: 'get',
    path: '/things/:thing',
    summary: 'A thing',
    access: 'public',
    params: z.strictObject({ thing: z.string() }),
    response: z.object({}),
    handler: ({ params }) => {
      if (params.thing === 'none') throw new NexusError('NX-1002');
      if (params.thing === 'broken') throw new Error('broken');
      return {};
    },
  }),
  defineRoute({
    method: 'get',
    path: '/live',
    summary: 'Numbers',
    access: 'public',
    response: sse(z.number()),
    handler: ({ signal }) => never(signal),
  }),
];

beforeAll(async () => {
  const verifier = { verify: () => Promise.reject(new NexusError('NX-2002')), stillValid: () => true };
  const app = createApp({ service: 'catalog', routes, logger: quiet, verifier, metrics, stopping: stopping.signal });
  service = await listen(app);
  listener = await serveMetrics({ metrics, logger: quiet, host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await service.close();
  await listener.stop(0);
});

const get = (path: string): Promise<Response> => fetch(`${service.url}${path}`);
const scrape = async (): Promise<string> => (await fetch(`${listener.url}/metrics`)).text();
const countOf = async (route: string, status: string): Promise<string | undefined> =>
  new RegExp(
    `nexus_http_server_duration_seconds_count\\{service="catalog",method="GET",route="${route}",status="${status}"\\} (\\d+)`,
  ).exec(await scrape())?.[1];

describe('requests', () => {
  test('are counted by the template of their route and the class of their status', async () => {
    for (const thing of ['1', '2', 'none', 'broken']) await (await get(`/things/${thing}`)).text();
    expect(await countOf('/things/:thing', '2xx')).toBe('2');
    expect(await countOf('/things/:thing', '4xx')).toBe('1');
    expect(await countOf('/things/:thing', '5xx')).toBe('1');
  });

  test('at random addresses make one series, whatever they ask for', async () => {
    for (const path of ['/a', '/b/c', '/.env', '/things']) await (await get(path)).text();
    expect(await countOf('unknown', '4xx')).toBe('4');
    expect(await scrape()).not.toContain('.env');
  });

  test('of probes are not counted', async () => {
    await (await get('/readyz')).text();
    expect(await scrape()).not.toContain('readyz');
  });

  test('for an event stream are counted once it is over', async () => {
    const leave = new AbortController();
    const answer = await fetch(`${service.url}/live`, { signal: leave.signal });
    await answer.body?.getReader().read();
    expect(await countOf('/live', '2xx')).toBeUndefined();
    leave.abort();
    await waitFor(async () => (await countOf('/live', '2xx')) === '1');
  });
});

describe('the listener', () => {
  test('says nothing but metrics, in the form that Prometheus reads', async () => {
    const answer = await fetch(`${listener.url}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect((await fetch(`${listener.url}/`)).status).toBe(404);
    expect((await fetch(`${listener.url}/metrics`, { method: 'POST' })).status).toBe(405);
    expect(await (await fetch(`${listener.url}/metrics`, { method: 'HEAD' })).text()).toBe('');
  });

  test('is a listener of its own: the service knows no such address', async () => {
    expect((await get('/metrics')).status).toBe(404);
    expect((await get('/api/catalog/metrics')).status).toBe(404);
  });
});
