import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '@nexus/telemetry';
import { connectTemporal, type TemporalLink } from './temporal-link.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
let link: TemporalLink;

const ask = () => link.call('ask', (client) => client.workflow.getHandle('w').describe(), 8_000);
const outcome = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'answered',
    (error: unknown) => (error as { code?: unknown }).code,
  );

describe('a link whose server takes connections and never answers', () => {
  let silent: Server;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    link = connectTemporal({ address: `127.0.0.1:${port}`, namespace: 'x', logger });
  });
  afterEach(async () => {
    await link.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test('tells whoever waits when it is closed, instead of leaving them', async () => {
    const asked = [outcome(ask()), outcome(ask())];
    await once(silent, 'connection');
    await link.close();
    expect(await Promise.all(asked)).toEqual(['NX-3001', 'NX-3001']);
  });

  test('takes no more once it is closed, and may be closed again', async () => {
    await link.close();
    expect(await outcome(ask())).toBe('NX-3001');
    expect(await link.isUp()).toBe(false);
    await link.close();
  });
});

test('a link whose server is not there is closed while it tries again', async () => {
  link = connectTemporal({ address: '127.0.0.1:1', namespace: 'x', logger });
  const asked = outcome(ask());
  // Long enough for a first failure: what is in hand then is the pause before another try.
  await outcome(link.call('ping', (client) => client.workflow.getHandle('w').describe(), 300));
  await link.close();
  expect(await asked).toBe('NX-3001');
});

test('a server that is not there is NX-3001 or NX-3004: away, or too slow to say so', async () => {
  link = connectTemporal({ address: '127.0.0.1:1', namespace: 'x', logger });
  const patient = link.call('ask', (client) => client.workflow.getHandle('w').describe(), 100);
  expect(await outcome(patient)).toBe('NX-3004');
  const refused = Object.assign(new Error('UNAVAILABLE'), { code: 14, details: 'No connection', metadata: {} });
  const away = link.call('ask', () => Promise.reject(new Error('Failed to describe', { cause: refused })));
  expect(await outcome(away)).toBe('NX-3001');
  const own = link.call('ask', () => Promise.reject(new TypeError('not of the channel')));
  await expect(own).rejects.toThrow(TypeError);
  await link.close();
});
