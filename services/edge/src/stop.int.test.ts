import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { waitFor } from '@nexus/testkit';
import { listen, start } from './edge.world.ts';

test('an edge that is told to stop says so before it closes its door, and cuts live streams but no request', async () => {
  let finish: (() => void) | undefined;
  const service = createServer((request, response) => {
    if (request.url === '/slow') {
      finish = () => void response.end('done');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
  });
  const address = await listen(service);
  const own = await start({
    keycloakUrl: address,
    services: new Map([['sync', address]]),
    ...{ idleTimeoutMs: 60_000, drainMs: 3_000, stopGraceMs: 30_000 },
  });
  const url = `http://127.0.0.1:${own.port}`;
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  const live = await fetch(`${url}/api/sync/live`);
  const slow = fetch(`${url}/api/sync/slow`);
  await waitFor(() => finish !== undefined);
  const stopping = own.stop();
  const refused = await fetch(`${url}/readyz`);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('connection')).toBe('close');
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  await expect(live.text()).rejects.toThrow();
  finish?.();
  expect(await (await slow).text()).toBe('done');
  await stopping;
  await expect(fetch(`${url}/readyz`)).rejects.toThrow();
  service.closeAllConnections();
  service.close();
});

test('a request that does not end is cut after the grace', async () => {
  const service = createServer(() => undefined);
  const address = await listen(service);
  const own = await start({ keycloakUrl: address, services: new Map([['sync', address]]), idleTimeoutMs: 60_000 });
  const hanging = fetch(`http://127.0.0.1:${own.port}/api/sync/hang`);
  await once(service, 'request');
  await Promise.all([expect(hanging).rejects.toThrow(), own.stop()]);
  service.closeAllConnections();
  service.close();
});
