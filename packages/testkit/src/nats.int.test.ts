import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { startTestNats, type TestNats } from './nats.ts';

let nats: TestNats;

beforeAll(async () => {
  nats = await startTestNats();
});
afterAll(() => nats.stop());

async function connected<T>(work: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: nats.url });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
const streams = (): Promise<string[]> =>
  connected(async (connection) => {
    const names: string[] = [];
    for await (const name of (await jetstreamManager(connection)).streams.names()) names.push(name);
    return names;
  });

describe('a NATS server of its own', () => {
  test('keeps its streams over a kill, loses them with its store', async () => {
    await connected(async (connection) => {
      await (await jetstreamManager(connection)).streams.add({ name: 'EV_sales', subjects: ['ev.sales.>'] });
      await jetstream(connection).publish('ev.sales.x.y', 'kept');
    });
    await nats.kill9();
    await nats.restart();
    expect(await streams()).toEqual(['EV_sales']);
    await nats.deleteStore();
    expect(await streams()).toEqual([]);
  });
});
