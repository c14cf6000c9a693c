import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Edge } from './edge.ts';
import { listen, start } from './edge.world.ts';
import { MAX_IDLE_MS } from './upstream-agent.ts';

let service: Server;
let edge: Edge;
let behind: RequestListener;
const connections: Socket[] = [];
const get = (): Promise<Response> => fetch(`http://127.0.0.1:${edge.port}/api/sales/x`);

beforeEach(async () => {
  behind = (_request, response) => void response.end('done');
  connections.length = 0;
  service = createServer({ keepAliveTimeout: 60_000 }, (request, response) => behind(request, response));
  service.on('connection', (socket) => connections.push(socket));
  const address = await listen(service);
  edge = await start({ keycloakUrl: address, services: new Map([['sales', address]]), idleTimeoutMs: 60_000 });
});
afterEach(async () => {
  await edge.stop();
  service.closeAllConnections();
  service.close();
});

test('a connection to a service is used again, and closed by the edge when nobody used it for a moment', async () => {
  await (await get()).text();
  await (await get()).text();
  expect(connections).toHaveLength(1);
  const [connection] = connections;
  if (connection === undefined) throw new Error('there was no connection');
  // The service would keep it for a minute.
  await once(connection, 'end');
});

test('an answer that takes longer than that is waited for, on a new connection and on one that is used again', async () => {
  behind = (_request, response) => void setTimeout(() => response.end('slow'), MAX_IDLE_MS + 300);
  expect(await (await get()).text()).toBe('slow');
  expect(await (await get()).text()).toBe('slow');
  expect(connections).toHaveLength(1);
});
