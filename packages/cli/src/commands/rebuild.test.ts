import { expect, test } from '@jest/globals';
import { deadlineIn } from '../bounded.ts';
import { ApiClient } from '../session/api-client.ts';
import { rebuildSales } from './rebuild.ts';

const id = '01890000-0000-7000-8000-000000000001';
const report = { events: 9, transactions: 4, equal: true, tables: [] };

/** A platform whose rebuild is as far as these answers say, one after the other. */
function platform(...answers: object[]) {
  const asked: string[] = [];
  const fake = ((url: URL, init: RequestInit) => {
    asked.push(`${init.method ?? ''} ${url.pathname}`);
    return Promise.resolve(Response.json({ id, ...answers.shift() }));
  }) as typeof fetch;
  return { asked, api: new ApiClient({ origin: 'http://edge', token: () => Promise.resolve('t'), fetch: fake }) };
}
const running = (events: number) => ({ state: 'running', events });

test('a rebuild is begun once and looked at until it has ended, with its progress', async () => {
  const { api, asked } = platform(running(0), running(0), running(5), { state: 'done', events: 9, report });
  const told: number[] = [];
  expect(await rebuildSales(api, deadlineIn(30_000), (events) => told.push(events))).toEqual(report);
  expect(told).toEqual([5, 9]);
  expect(asked).toEqual(['POST /api/sales/rebuilds', ...Array<string>(3).fill(`GET /api/sales/rebuilds/${id}`)]);
});

test('one that fails says why; one that does not end in time goes on without us', async () => {
  const failing = platform(running(0), { state: 'failed', events: 1, error: 'no such table' });
  await expect(rebuildSales(failing.api, deadlineIn(30_000), () => undefined)).rejects.toThrow(/no such table/);
  const endless = platform(running(0), running(1), running(1));
  await expect(rebuildSales(endless.api, deadlineIn(0), () => undefined)).rejects.toThrow(/goes on by itself/);
});
