import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createRequester, type ApiRequest } from './requester.ts';

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });
const problem = (status: number, code: string, headers = {}) =>
  json(
    { type: `urn:nexus:problem:${code}`, title: 'Title', status, code, detail: 'Why', traceId: 'abc' },
    status,
    headers,
  );
const offline = () => Promise.reject(new TypeError('Failed to fetch'));

function requester(answers: (() => Response | Promise<Response>)[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  const pauses: number[] = [];
  let renewed = 0;
  const request = createRequester({
    tokens: { current: async () => `token ${renewed}`, renew: async () => `token ${(renewed += 1)}` },
    fetch: async (url, init) => {
      asked.push({ url: url as string, init: init ?? {} });
      const next = answers.shift();
      if (next === undefined) throw new Error('asked more often than expected');
      return next();
    },
    sleep: async (ms) => void pauses.push(ms),
    random: () => 0.5,
  });
  return { request, asked, pauses };
}

const shape = z.object({ items: z.array(z.string()) });
const read: ApiRequest<typeof shape> = { method: 'GET', path: '/api/sales/transactions', answer: shape };
const write: ApiRequest<z.ZodType> = {
  method: 'POST',
  path: '/api/sales/exceptions/1/settlement',
  body: { note: 'x' },
  answer: null,
};

describe('a question to the platform', () => {
  test('carries the token and the query without what was not given, and comes back in its shape', async () => {
    const { request, asked } = requester([() => json({ items: ['a'], more: 1 })]);
    expect(await request({ ...read, query: { limit: 50, cursor: undefined, kind: '', search: 'a b&c' } })).toEqual({
      items: ['a'],
    });
    expect(asked[0]?.url).toBe('/api/sales/transactions?limit=50&search=a+b%26c');
    expect(asked[0]?.init.headers).toMatchObject({ authorization: 'Bearer token 0' });
  });

  test('a read that meets a passing fault is asked again with growing pauses', async () => {
    const { request, pauses } = requester([offline, () => problem(503, 'NX-3001'), () => json({ items: [] })]);
    expect(await request(read)).toEqual({ items: [] });
    expect(pauses).toEqual([300, 600]);
  });

  test('waits as long as the service says, within reason', async () => {
    const { request, pauses } = requester([
      () => problem(429, 'NX-1007', { 'retry-after': '2' }),
      () => problem(503, 'NX-3002', { 'retry-after': '3600' }),
      () => json({ items: [] }),
    ]);
    await request(read);
    expect(pauses).toEqual([2000, 5000]);
  });

  test('gives up after four tries and says what it met', async () => {
    const { request, asked } = requester([offline, offline, offline, offline]);
    await expect(request(read)).rejects.toMatchObject({ code: 'BO-1001', status: null });
    expect(asked).toHaveLength(4);
  });

  test('a write is never sent twice on its own', async () => {
    const { request, asked } = requester([() => problem(503, 'NX-3001')]);
    await expect(request(write)).rejects.toMatchObject({ code: 'NX-3001' });
    expect(asked).toHaveLength(1);
  });

  test('a refused token is exchanged once, for a write too: what was refused had no effect', async () => {
    const { request, asked } = requester([() => problem(401, 'NX-2002'), () => new Response(null, { status: 204 })]);
    expect(await request(write)).toBeUndefined();
    expect(asked.map(({ init }) => (init.headers as Record<string, string>)['authorization'])).toEqual([
      'Bearer token 0',
      'Bearer token 1',
    ]);
    expect(asked[1]?.init.body).toBe('{"note":"x"}');
    const again = requester([() => problem(401, 'NX-2002'), () => problem(401, 'NX-2002')]);
    await expect(again.request(write)).rejects.toMatchObject({ code: 'NX-2002' });
  });

  test('keeps what the service says of a failure', async () => {
    const { request } = requester([() => problem(404, 'NX-1002')]);
    await expect(request(read)).rejects.toMatchObject({
      code: 'NX-1002',
      title: 'Title',
      detail: 'Why',
      traceId: 'abc',
      status: 404,
    });
  });

  test('an answer that is not in the agreed shape is an error, not a blank page', async () => {
    const { request } = requester([() => json({ items: [1] })]);
    await expect(request(read)).rejects.toMatchObject({ code: 'BO-1002' });
  });

  test('a failure that is not problem+json comes from something between: it keeps its status', async () => {
    const { request } = requester(Array(4).fill(() => new Response('<h1>Bad gateway</h1>', { status: 502 })));
    await expect(request(read)).rejects.toMatchObject({ code: 'BO-1003', status: 502 });
  });

  test('one that is not wanted any more is not repeated', async () => {
    const leave = new AbortController();
    const { request, asked } = requester([
      () => {
        leave.abort();
        return Promise.reject(leave.signal.reason as Error);
      },
    ]);
    await expect(request({ ...read, signal: leave.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toHaveLength(1);
  });
});
