import { describe, expect, test } from '@jest/globals';
import { ApiClient } from '../session/api-client.ts';
import { runNexus } from '../program.ts';
import { failedMessagesOf, retryMessagesOf, type RetriedService } from './messages.ts';

const eventId = (n: number): string => `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const row = (n: number) => ({
  event: eventId(n),
  source: 'sales',
  kind: 'transactions-recorded',
  error: 'cannot',
  attempts: 4,
  failedAt: '2026-11-21T08:00:00.000Z',
});

/** A platform that gives these answers in order; what it was asked is noted. */
function platform(...answers: object[]) {
  const asked: { path: string; body: unknown }[] = [];
  const fake = ((url: URL, init: RequestInit) => {
    const { body } = init;
    asked.push({ path: url.pathname + url.search, body: typeof body === 'string' ? JSON.parse(body) : undefined });
    return Promise.resolve(Response.json(answers.shift()));
  }) as typeof fetch;
  return { asked, api: new ApiClient({ origin: 'http://edge', token: () => Promise.resolve('t'), fetch: fake }) };
}

describe('messages that were set aside', () => {
  test('are read page by page to the end', async () => {
    const { api, asked } = platform({ items: [row(3), row(2)], nextCursor: eventId(2) }, { items: [row(1)] });
    const { messages, more } = await failedMessagesOf(api, 'inventory');
    expect(messages.map(({ event, service }) => [event, service])).toEqual(
      [3, 2, 1].map((n) => [eventId(n), 'inventory']),
    );
    expect(more).toBe(false);
    expect(asked.map(({ path }) => path)).toEqual([
      '/api/inventory/failed-messages?limit=200',
      `/api/inventory/failed-messages?limit=200&cursor=${eventId(2)}`,
    ]);
  });

  test('are not read without end', async () => {
    const full = (page: number) => ({
      items: Array.from({ length: 200 }, (_, at) => row(5_000 - page * 200 - at)),
      nextCursor: eventId(5_000 - page * 200 - 199),
    });
    const { api, asked } = platform(...Array.from({ length: 9 }, (_, page) => full(page)));
    const { messages, more } = await failedMessagesOf(api, 'inventory');
    expect([messages.length, more, asked.length]).toEqual([1_000, true, 5]);
  });

  test('are tried portion by portion, each from where the last one ended', async () => {
    const { api, asked } = platform({ digested: 3, failed: 1, next: eventId(4) }, { digested: 2, failed: 0 });
    const told: RetriedService[] = [];
    expect(await retryMessagesOf(api, 'sync', (so) => told.push(so))).toEqual({
      service: 'sync',
      digested: 5,
      failed: 1,
    });
    expect(told).toEqual([{ service: 'sync', digested: 3, failed: 1 }]);
    expect(asked).toEqual([
      { path: '/api/sync/failed-messages/retries', body: { limit: 200 } },
      { path: '/api/sync/failed-messages/retries', body: { limit: 200, after: eventId(4) } },
    ]);
  });

  test('of a service that is none are refused with the names of those that are', async () => {
    let err = '';
    const streams = { stdout: () => undefined, stderr: (text: string) => void (err += text) };
    const config = { NEXUS_STATE_DIR: '/nowhere/at/all' };
    const args = ['messages', 'list', '--tenant', 'x', '--service', 'bakery'];
    expect(await runNexus(args, { streams, config })).toBe(1);
    expect(err).toContain('bakery is no service; there are identity, catalog, sync, sales, inventory');
  });
});
