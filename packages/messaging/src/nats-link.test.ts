import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createLogger } from '@nexus/telemetry';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openNats } from './nats-link.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
let server: Server;
let tries: number;
/** A door that is slammed shut each time: something listens, and it is not NATS. */
beforeEach(async () => {
  tries = 0;
  server = createServer((socket) => {
    tries += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
});
const link = () =>
  openNats({ url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`, name: 'test', logger });

test('a link that was closed before it ever connected tries no more, and says so to who waits', async () => {
  const closed = link();
  const waiting = closed.whenConnected();
  await once(server, 'connection');
  await closed.close();
  await expect(waiting).rejects.toMatchObject({ code: 'NX-3001' });
  expect(tries).toBe(1);
});

test('who asks for a connection that is not there is told after its patience', async () => {
  const away = link();
  await expect(away.connection(50)).rejects.toMatchObject({ code: 'NX-3001' });
  expect(away.isUp()).toBe(false);
  await away.close();
});

test('it tries until the server is there, or it is closed', async () => {
  const again = link();
  await once(server, 'connection');
  await once(server, 'connection');
  await again.close();
  await expect(again.whenConnected()).rejects.toMatchObject({ code: 'NX-3001' });
});
