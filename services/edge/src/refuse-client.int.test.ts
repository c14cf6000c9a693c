import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { problem } from '@nexus/contracts';
import type { Edge } from './edge.ts';
import { listen, start } from './edge.world.ts';

let edge: Edge;
let upstream: Server;
let behind: RequestListener = (_request, response) => void response.end();
beforeAll(async () => {
  upstream = createServer((request, response) => behind(request, response));
  const address = await listen(upstream);
  edge = await start({ keycloakUrl: address, services: new Map([['sales', address]]) });
});
afterAll(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await edge.stop();
});

/** Sends these bytes on a connection of their own; all that comes back until the edge closes it. */
async function send(bytes: string): Promise<string> {
  const socket = connect(edge.port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

describe('what is no request', () => {
  test.each([
    ['no HTTP', 'GARBAGE\r\n\r\n', 400, 'NX-1001'],
    ['a method that nobody knows', 'FOO /api/sales/x HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'NX-1001'],
    ['no host', 'GET /api/sales/x HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'NX-1001'],
    ['a length that is no number', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400, 'NX-1001'],
    [
      'two lengths',
      'POST /api/sales/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'NX-1001',
    ],
    ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'NX-1003'],
    ['an address without end', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'NX-1003'],
  ])('%s gets a problem with its code', async (_what, bytes, status, code) => {
    const [head = '', body = ''] = (await send(bytes)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain('content-type: application/problem+json');
    expect(problem.parse(JSON.parse(body))).toMatchObject({ status, code, type: `urn:nexus:problem:${code}` });
  });

  test('behind an answer that has begun cuts the connection, and puts nothing into the answer', async () => {
    behind = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('begun');
    };
    const socket = connect(edge.port, '127.0.0.1');
    let seen = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (seen += chunk));
    socket.write('GET /api/sales/x HTTP/1.1\r\nHost: x\r\n\r\n');
    while (!seen.includes('begun')) await once(socket, 'data');
    socket.write('GARBAGE\r\n\r\n');
    await once(socket, 'close');
    expect(seen).toMatch(/^HTTP\/1.1 200 /);
    expect(seen.endsWith('begun')).toBe(true);
  });
});
