import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { freePort } from './port.ts';

test('a free port can be listened on, and is below those that systems hand out by themselves', async () => {
  const port = await freePort();
  expect(port).toBeLessThan(20_000);
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
});
