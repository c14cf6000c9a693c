import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ApiClient } from './api-client.ts';

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

/** A client whose platform gives these answers, one after the other. */
function clientOf(...answers: (Response | Error)[]) {
  const requests: { url: string; init: RequestInit }[] = [];
  const fake = ((url: URL, init: RequestInit) => {
    requests.push({ url: url.href, init });
    const answer = answers.shift() ?? new Error('nobody asked for this');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }) as typeof fetch;
  const api = new ApiClient({
    origin: 'http://edge',
    token: () => Promise.resolve('tok'),
    fetch: fake,
    patienceMs: 60_000,
  });
  return { api, requests };
}
const shape = z.object({ ok: z.boolean() });

describe('a call', () => {
  test('carries the token, JSON and the idempotency key', async () => {
    const { api, requests } = clientOf(json({ ok: true, more: 1 }));
    const call = {
      method: 'POST',
      path: '/api/x/things',
      body: { a: 1 },
      response: shape,
      idempotencyKey: 'k',
    } as const;
    expect(await api.call(call)).toEqual({ ok: true });
    expect(requests[0]).toMatchObject({
      url: 'http://edge/api/x/things',
      init: {
        body: '{"a":1}',
        headers: { authorization: 'Bearer tok', 'content-type': 'application/json', 'idempotency-key': 'k' },
      },
    });
  });

  test('tells the problem with its code, and keeps what else it said', async () => {
    const body = {
      type: 'about:blank',
      title: 'Bad rows',
      status: 422,
      code: 'CAT-1001',
      detail: '2 rows',
      badRowsTotal: 2,
    };
    const { api } = clientOf(json(body, 422));
    await expect(api.call({ method: 'POST', path: '/p', response: shape })).rejects.toMatchObject({
      message: 'Bad rows: 2 rows (CAT-1001, POST /p)',
      code: 'CAT-1001',
      problem: { badRowsTotal: 2 },
    });
  });

  test('refuses an answer out of contract', async () => {
    const { api } = clientOf(json({ ok: 'yes' }));
    await expect(api.call({ path: '/p', response: shape })).rejects.toThrow('out of contract');
  });

  test('is tried again while the platform is away, if it may be', async () => {
    const { api, requests } = clientOf(new TypeError('fetch failed'), json({}, 503), json({ ok: true }));
    expect(await api.call({ path: '/p', response: shape })).toEqual({ ok: true });
    expect(requests).toHaveLength(3);
  });

  test('is not tried again if that could do it twice', async () => {
    const { api, requests } = clientOf(json({}, 503), json({ ok: true }));
    await expect(api.call({ method: 'POST', path: '/p', response: shape })).rejects.toThrow('status 503');
    expect(requests).toHaveLength(1);
  });
});
