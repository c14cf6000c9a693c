import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitFor } from '@nexus/testkit';
import { ClusterService } from './cluster-service.ts';

let service: ClusterService;
const open: { servers: Server[]; sockets: Set<Socket> } = { servers: [], sockets: new Set() };

beforeEach(async () => {
  service = await ClusterService.listen(0);
});
afterEach(async () => {
  await service.close();
  for (const socket of open.sockets) socket.destroy();
  for (const server of open.servers.splice(0)) server.close();
});

/** A pod that tells its name to whoever connects, and says back what it hears; `sockets` are the connections it has. */
async function pod(name: string): Promise<{ port: number; sockets: Socket[]; server: Server }> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    open.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write(name);
    socket.on('data', (data) => void socket.write(data));
    socket.on('end', () => socket.end('bye'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.servers.push(server);
  return { port: (server.address() as AddressInfo).port, sockets, server };
}

/** A connection through the service; `heard` is what came, `end` how it ended. */
function client(): { socket: Socket; heard: () => string; end: () => string | undefined } {
  const socket = connect({ host: '127.0.0.1', port: service.port, allowHalfOpen: true });
  open.sockets.add(socket);
  let heard = '';
  let end: string | undefined;
  socket.on('data', (data) => (heard += data.toString()));
  socket.on('end', () => (end ??= 'end'));
  socket.on('error', (error: NodeJS.ErrnoException) => (end ??= error.code));
  return { socket, heard: () => heard, end: () => end };
}

test('new connections go to all pods in turn, and to none that was taken out; open ones stay where they are', async () => {
  const [a, b] = [await pod('a'), await pod('b')];
  service.route(a.port);
  service.route(b.port);
  const first = [client(), client()];
  await waitFor(() => first.every(({ heard }) => heard() !== ''));
  expect(first.map(({ heard }) => heard()).sort()).toEqual(['a', 'b']);
  service.unroute(a.port);
  const later = [client(), client(), client()];
  await waitFor(() => later.every(({ heard }) => heard() !== ''));
  expect(later.map(({ heard }) => heard())).toEqual(['b', 'b', 'b']);
  const old = first.find(({ heard }) => heard() === 'a');
  old?.socket.write('!');
  await waitFor(() => old?.heard() === 'a!');
});

test('without a pod a connection is reset, and counted', async () => {
  const alone = client();
  await waitFor(() => alone.end() !== undefined);
  expect([alone.end(), service.refused]).toEqual(['ECONNRESET', 1]);
});

test('a pod that has closed its door but is still known resets whoever is sent there', async () => {
  const closed = await pod('a');
  closed.server.close();
  await once(closed.server, 'close');
  service.route(closed.port);
  const sent = client();
  await waitFor(() => sent.end() !== undefined);
  expect([sent.end(), service.refused]).toEqual(['ECONNRESET', 0]);
});

test('each half is closed by itself; a reset is one on the other side too', async () => {
  const a = await pod('a');
  service.route(a.port);
  const polite = client();
  await waitFor(() => polite.heard() === 'a');
  polite.socket.end('?');
  await waitFor(() => polite.end() !== undefined);
  expect([polite.heard(), polite.end()]).toEqual(['a?bye', 'end']);
  const cut = client();
  await waitFor(() => cut.heard() === 'a');
  a.sockets.at(-1)?.resetAndDestroy();
  await waitFor(() => cut.end() !== undefined);
  expect(cut.end()).toBe('ECONNRESET');
});
