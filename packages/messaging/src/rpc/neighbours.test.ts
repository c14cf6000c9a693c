import { defineLinesRpc, defineRpc, NexusError } from '@nexus/contracts';
import { createLogger } from '@nexus/telemetry';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { openNats, type NatsLink } from '../nats-link.ts';
import { callRpc, callRpcForLines } from './ask.ts';
import { rpcHandler, rpcLinesHandler } from './handler.ts';
import { Neighbours } from './neighbours.ts';
import { RpcServer } from './server.ts';

const TENANT = '019f0000-0000-7000-8000-000000000001';
const logger = createLogger({ service: 'test', level: 'silent' });
const request = z.strictObject({ n: z.number() });
const common = { service: 'sales', scope: 'tenant', request, timeoutMs: 200 } as const;
const double = defineRpc({
  ...common,
  name: 'double',
  reply: z.object({ tenant: z.string(), n: z.number().max(100) }),
});
const list = defineLinesRpc({ ...common, name: 'list', reply: z.object({ count: z.number() }) });
const fail = defineRpc({ ...common, name: 'fail', reply: z.object({}) });

let link: NatsLink;
let server: RpcServer;
let observed: string[];
let held: (() => void)[];
beforeEach(() => {
  // Nobody listens there: what is answered is answered in this process.
  link = openNats({ url: 'nats://127.0.0.1:1', name: 'test', logger, neighbours: new Neighbours() });
  observed = [];
  held = [];
  server = new RpcServer(link, logger, (question, outcome) => observed.push(`${question} ${outcome}`));
  server.serve([
    rpcHandler(double, ({ tenantId }, { n }) => Promise.resolve({ tenant: tenantId, n: n * 2, more: true })),
    rpcLinesHandler(list, (_ctx, { n }) =>
      Promise.resolve({ reply: { count: n }, lines: Array.from({ length: n }, (_, i) => `line ${i}`) }),
    ),
    rpcHandler(fail, async (_ctx, { n }) => {
      if (n === 0) throw new NexusError('NX-1006', 'Somebody else was quicker', { cause: new Error('secret') });
      if (n === 1) throw new Error('secret');
      await new Promise<void>((resolve) => {
        held.push(resolve);
      });
      return {};
    }),
  ]);
});
afterEach(async () => {
  for (const release of held) release();
  await server.stop();
  await link.close();
});
const code = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'answered',
    (error: unknown) => (error as NexusError).code,
  );

test('services of one process answer each other, by the same contract, while NATS is away', async () => {
  expect(await callRpc(link, double, TENANT, { n: 4 })).toEqual({ tenant: TENANT, n: 8 });
  expect(await callRpcForLines(link, list, TENANT, { n: 2 })).toEqual({
    reply: { count: 2 },
    lines: ['line 0', 'line 1'],
  });
  expect(observed).toEqual(['double ok', 'list ok']);
});

test('what is asked or answered out of contract, or for no tenant, is refused', async () => {
  expect(await code(callRpc(link, double, TENANT, { n: 4, x: 1 } as never))).toBe('NX-1001');
  expect(await code(callRpc(link, double, TENANT, { n: 51 }))).toBe('NX-1000');
  expect(await code(callRpc(link, double, 'kente', { n: 1 }))).toBe('NX-3003');
  expect(await code(callRpc(link, double, null, { n: 1 }))).toBe('NX-3003');
});

test('an error crosses as code and words, without what is behind it', async () => {
  const told = await callRpc(link, fail, TENANT, { n: 0 }).catch((error: unknown) => error as NexusError);
  expect(told).toMatchObject({ code: 'NX-1006', message: 'Somebody else was quicker' });
  expect((told as NexusError).cause).toBeUndefined();
  const unexpected = await callRpc(link, fail, TENANT, { n: 1 }).catch((error: unknown) => error as NexusError);
  expect(unexpected).toMatchObject({ code: 'NX-1000', message: 'Internal error' });
  expect(observed.slice(0, 1)).toEqual(['fail NX-1006']);
});

test('who waits for an answer waits no longer than the question allows', async () => {
  expect(await code(callRpc(link, fail, TENANT, { n: 2 }))).toBe('NX-3004');
});

test('more questions than a process has room for are told to come later', async () => {
  const waiting = Array.from({ length: 64 }, () => code(callRpc(link, fail, TENANT, { n: 2 })));
  expect(await code(callRpc(link, double, TENANT, { n: 1 }))).toBe('NX-1007');
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['NX-3004']));
});

test('how much room there is can be said', async () => {
  const narrow = new RpcServer(link, logger, undefined, 1);
  await server.stop();
  narrow.serve([rpcHandler(fail, () => new Promise((resolve) => held.push(() => resolve({}))))]);
  const first = callRpc(link, fail, TENANT, { n: 2 });
  expect(await code(callRpc(link, fail, TENANT, { n: 2 }))).toBe('NX-1007');
  held[0]?.();
  expect(await first).toEqual({});
  await narrow.stop();
});

test('a server that has stopped is no neighbour any more', async () => {
  const stopped = server.stop();
  expect(link.neighbours?.find(double)).toBeUndefined();
  await stopped;
});
