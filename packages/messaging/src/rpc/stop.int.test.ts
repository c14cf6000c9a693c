import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineRpc } from '@nexus/contracts';
import { createLogger } from '@nexus/telemetry';
import { startTestNats, type TestNats } from '@nexus/testkit';
import { z } from 'zod';
import { callRpc, openNats, rpcHandler, RpcServer, type NatsLink } from '../index.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const TENANT = '00000000-0000-7000-8000-000000000001';
const QUESTIONS = 400;
/** Long enough that they do not all come in one read. */
const LONG = 'x'.repeat(20_000);

const name = defineRpc({
  service: 'sales',
  name: 'name',
  scope: 'tenant',
  timeoutMs: 30_000,
  request: z.strictObject({ long: z.string() }),
  reply: z.object({ name: z.string() }),
});

let nats: TestNats;
const links: NatsLink[] = [];

async function link(who: string): Promise<NatsLink> {
  const opened = openNats({ url: nats.url, name: who, logger });
  await opened.connection();
  links.push(opened);
  return opened;
}

beforeAll(async () => {
  nats = await startTestNats();
});
afterAll(async () => {
  for (const one of links) await one.close();
  await nats.stop();
});

/** A process that answers; `heard` once NATS knows of it. */
async function server(who: string): Promise<RpcServer> {
  const connected = await link(who);
  const answering = new RpcServer(connected, logger, undefined, QUESTIONS);
  answering.serve([rpcHandler(name, () => Promise.resolve({ name: who }))]);
  await Promise.resolve(); // it subscribes as soon as it may
  await (await connected.connection()).flush();
  return answering;
}

test('a process that stops answers what was on its way to it; everything else goes to the others', async () => {
  const [stopping, staying] = [await server('stopping'), await server('staying')];
  const asking = await link('asking');
  const asked = Array.from({ length: QUESTIONS }, () => callRpc(asking, name, TENANT, { long: LONG }));
  await (await asking.connection()).flush(); // NATS has them all, and whoever it chose is being told
  const stopped = stopping.stop();
  const answers = await Promise.all([
    ...asked,
    ...Array.from({ length: 50 }, () => callRpc(asking, name, TENANT, { long: LONG })),
  ]);
  await stopped;
  expect(new Set(answers.map((answer) => answer.name))).toEqual(new Set(['stopping', 'staying']));
  expect(await callRpc(asking, name, TENANT, { long: LONG })).toEqual({ name: 'staying' });
  await staying.stop();
});

test('a stop does not wait for a NATS that is away', async () => {
  const alone = await startTestNats();
  const lost = openNats({ url: alone.url, name: 'lost', logger });
  await lost.connection();
  const answering = new RpcServer(lost, logger);
  answering.serve([rpcHandler(name, () => Promise.resolve({ name: 'lost' }))]);
  await alone.stop();
  await answering.stop();
  await lost.close();
});
