import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { RequestLog } from '../request-log.ts';
import { countingFetch } from './counting-fetch.ts';
import { KeepAliveClient } from './keep-alive-client.ts';

let server: Server;
let client: KeepAliveClient | undefined;
const log = { current: new RequestLog('x') };

async function listen(answer: RequestListener): Promise<string> {
  server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  log.current = new RequestLog('x');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  client?.close();
  server.closeAllConnections();
  server.close();
});

/** By path: a problem, an answer that breaks off, a connection that breaks, or well. */
const moody: RequestListener = (request, response) => {
  if (request.url === '/problem') response.writeHead(503).end('{"code":"NX-3001"}');
  else if (request.url === '/half')
    response.writeHead(200, { 'content-length': 10 }).write('half', () => response.destroy());
  else if (request.url === '/break') response.destroy();
  else response.end('well');
};

test('the client keeps its connection, tries nothing again and counts whatever goes wrong', async () => {
  let asked = 0;
  let connections = 0;
  const origin = await listen((request, response) => {
    asked += 1;
    moody(request, response);
  });
  server.on('connection', () => (connections += 1));
  client = new KeepAliveClient(origin, 'reader', log.current);
  expect(await client.ask({ path: '/?page=1' })).toEqual({ status: 200, body: 'well' });
  expect(await client.ask({ path: '/problem' })).toBeUndefined();
  expect(await client.ask({ path: '/problem', expected: [503] })).toMatchObject({ status: 503 });
  expect(connections).toBe(1);
  expect(await client.ask({ path: '/half' })).toBeUndefined();
  expect(await client.ask({ path: '/break' })).toBeUndefined();
  expect(asked).toBe(5);
  expect(log.current.total).toEqual({ requests: 5, failed: 3 });
  expect(log.current.failures.map(({ what, how }) => [what, how])).toEqual([
    ['GET /problem', '503 NX-3001'],
    ['GET /half', 'ECONNRESET'],
    ['GET /break', 'ECONNRESET'],
  ]);
});

test('a till’s fetch is counted to the end of its answer; a stream when it opens; nobody who leaves is failed', async () => {
  const origin = await listen((request, response) => {
    if (request.url === '/stream') response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n');
    else if (request.url !== '/never') moody(request, response);
  });
  const fetched = countingFetch(log.current, 'till');
  expect(await (await fetched(`${origin}/`)).text()).toBe('well');
  expect((await fetched(`${origin}/problem`)).status).toBe(503);
  await expect(fetched(`${origin}/half`)).rejects.toThrow();
  await expect(fetched(`${origin}/break`)).rejects.toThrow();
  const leaving = new AbortController();
  const stream = await fetched(`${origin}/stream`, { signal: leaving.signal });
  expect(log.current.total).toEqual({ requests: 5, failed: 3 });
  leaving.abort();
  await expect(stream.text()).rejects.toThrow();
  const left = fetched(`${origin}/never`, { signal: leaving.signal });
  await expect(left).rejects.toThrow();
  expect(log.current.total).toEqual({ requests: 5, failed: 3 });
  await expect(fetched(`${origin}/never`, { signal: AbortSignal.timeout(20) })).rejects.toThrow();
  expect(log.current.total).toEqual({ requests: 6, failed: 4 });
});
