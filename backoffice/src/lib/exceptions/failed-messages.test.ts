import { describe, expect, test } from '@jest/globals';
import { SERVICES, type FailedMessageRow } from '@nexus/contracts';
import { askFailedMessages, retryEverything } from './failed-messages.ts';

const row = (event: string): FailedMessageRow => ({
  event,
  source: 'catalog',
  kind: 'products-changed',
  error: 'no',
  attempts: 4,
  failedAt: '2026-11-21T08:00:00.000Z',
});

describe('messages that were set aside', () => {
  test('of all services are one list, newest first; who is silent is named', async () => {
    const api = {
      failedMessages: (service: string) => {
        if (service === 'sync') return Promise.reject(new Error('away'));
        if (service === 'inventory') return Promise.resolve({ items: [row('b'), row('a')], nextCursor: 'a' });
        return Promise.resolve({ items: service === 'catalog' ? [row('c')] : [] });
      },
    };
    const { rows, more, silent } = await askFailedMessages(api);
    expect(rows.map(({ event, service }) => [event, service])).toEqual([
      ['c', 'catalog'],
      ['b', 'inventory'],
      ['a', 'inventory'],
    ]);
    expect([more, silent]).toEqual([true, ['sync']]);
  });

  test('cannot be asked for where nobody answers', async () => {
    const api = { failedMessages: () => Promise.reject(new Error('away')) };
    await expect(askFailedMessages(api)).rejects.toThrow('away');
  });

  test('are tried portion by portion, each service from its beginning', async () => {
    const asked: [string, string | undefined][] = [];
    const api = {
      retryMessages: (service: string, after?: string) => {
        asked.push([service, after]);
        const more = service === 'sync' && after === undefined;
        return Promise.resolve({ digested: 2, failed: 1, ...(more ? { next: 'x' } : {}) });
      },
    };
    expect(await retryEverything(api, ['sync', 'inventory'])).toEqual({ digested: 6, failed: 3 });
    expect(asked).toEqual([
      ['sync', undefined],
      ['sync', 'x'],
      ['inventory', undefined],
    ]);
  });

  test('are not tried without end', async () => {
    let portions = 0;
    const api = {
      retryMessages: () => {
        portions += 1;
        return Promise.resolve({ digested: 0, failed: 200, next: 'x' });
      },
    };
    await retryEverything(api, [SERVICES[0]]);
    expect(portions).toBe(50);
  });
});
