import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { eventStream } from '@nexus/contracts';
import { createLogger } from '@nexus/telemetry';
import { startTestNats, startTestNatsCluster, waitFor } from '@nexus/testkit';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ensureStream } from './stream.ts';

jest.setTimeout(120_000);

let servers: { readonly url: string; readonly stop: () => Promise<void> };
let connection: NatsConnection;
let said: Record<string, unknown>[];
const logger = createLogger({
  service: 'test',
  destination: { write: (line: string) => void said.push(JSON.parse(line) as Record<string, unknown>) },
});

beforeEach(() => {
  said = [];
});
afterEach(async () => {
  await connection.close();
  await servers.stop();
});
const toServers = async (started: typeof servers): Promise<void> => {
  servers = started;
  connection = await connect({ servers: servers.url.split(',') });
};
const replicas = async (): Promise<number> =>
  (await (await jetstreamManager(connection)).streams.info(eventStream('sales'))).config.num_replicas;
const copies = async (): Promise<number> => {
  const { cluster } = await (await jetstreamManager(connection)).streams.info(eventStream('sales'));
  return 1 + (cluster?.replicas ?? []).filter(({ current }) => current).length;
};
const ensured = (asked?: number) => ensureStream(connection, 'sales', { replicas: asked, logger });

describe('in a cluster', () => {
  beforeEach(async () => toServers(await startTestNatsCluster()));

  test('a stream has the replicas that are asked for, those that were there are brought to it, with what they hold', async () => {
    await ensured();
    expect(await replicas()).toBe(1);
    await connection.request('ev.sales.t.thing', 'kept', { timeout: 5_000 });
    const manager = await ensured(3);
    expect(await replicas()).toBe(3);
    await waitFor(async () => (await copies()) === 3, { what: 'all copies' });
    expect((await manager.streams.getMessage(eventStream('sales'), { seq: 1 }))?.string()).toBe('kept');
    // Who does not say how many leaves it as somebody else made it.
    await ensured();
    expect(await replicas()).toBe(3);
    await ensured(1);
    expect(await replicas()).toBe(1);
    await manager.streams.delete(eventStream('sales'));
    await ensured(3);
    expect(await replicas()).toBe(3);
    expect(said.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});

describe('on a server that is alone', () => {
  beforeEach(async () => toServers(await startTestNats()));

  test('a stream has what the server allows, and the log says that it is less than asked', async () => {
    await ensured(3);
    expect(await replicas()).toBe(1);
    await ensured(3);
    expect(said.filter(({ level }) => level === 'warn')).toMatchObject([
      { stream: eventStream('sales'), replicas: 1, wanted: 3 },
      { stream: eventStream('sales'), replicas: 1, wanted: 3 },
    ]);
  });
});
