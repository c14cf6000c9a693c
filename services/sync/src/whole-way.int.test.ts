import { join } from 'node:path';
import { applyJournalRpc, UPLOAD_HEADER, UPLOAD_SIGNATURE, type UploadAnswer } from '@nexus/contracts';
import { replayActivities, rpcHandler, RpcServer } from '@nexus/messaging';
import type { RunningService } from '@nexus/service-kit';
import { createLogger } from '@nexus/telemetry';
import { createWorkflowWorker, installRuntime, WorkerConnection, type WorkflowWorker } from '@nexus/temporal-kit';
import { realTemporalEnvironment, startTestNats, waitFor, type TestNats } from '@nexus/testkit';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { config } from './config.ts';
import { service } from './service.ts';
import { createSyncSuite, type SyncSuite } from './testing/suite.ts';
import { TestConsumer } from './testing/test-consumer.ts';
import type { TestTill } from './testing/test-till.ts';

jest.setTimeout(120_000);

const WORKFLOWS = join(import.meta.dirname, '../../../workflows/src/workflows.ts');

let nats: TestNats;
let env: Awaited<ReturnType<typeof realTemporalEnvironment>>;
let suite: SyncSuite;
let running: RunningService;
let connection: WorkerConnection;
const stopping = new AbortController();
let worker: WorkflowWorker | undefined;
let answers: RpcServer | undefined;
const consumers = new Map<string, TestConsumer>();

const consumerOf = (name: string, terminal: string): TestConsumer => {
  const key = `${name}/${terminal}`;
  const consumer = consumers.get(key) ?? new TestConsumer(suite.deps, suite.tenant);
  consumers.set(key, consumer);
  return consumer;
};

beforeAll(async () => {
  // Before anything else makes the SDK's one native runtime in its own way.
  installRuntime(createLogger({ service: 'sync', level: 'silent' }));
  [nats, env] = await Promise.all([startTestNats(), realTemporalEnvironment()]);
  suite = await createSyncSuite({ natsUrl: nats.url });
  const address = (env as unknown as { address: string }).address;
  const namespace = env.namespace ?? 'default';
  const { logger } = suite.deps;
  running = await service.start({
    name: 'sync',
    version: 'test',
    logger,
    stopping: stopping.signal,
    config: config.parse({
      httpPort: 0,
      databaseUrl: suite.databases.url('sync'),
      provisionerDatabaseUrl: suite.databases.provisionerUrl('sync'),
      natsUrl: nats.url,
      temporalAddress: address,
      temporalNamespace: namespace,
      journalGraceMs: 1_000,
    }),
  });
  connection = new WorkerConnection(address, logger);
  const localActivities = replayActivities(suite.deps.nats);
  worker = createWorkflowWorker({ workflowsPath: WORKFLOWS, localActivities, connection, namespace, logger });
  answers = new RpcServer(suite.deps.nats, logger);
  for (const name of ['sales', 'inventory'] as const) {
    const handler = rpcHandler(applyJournalRpc(name), async (_ctx, { terminal }) => {
      const consumer = consumerOf(name, terminal);
      await consumer.follow(terminal);
      return { epoch: consumer.epoch, number: consumer.number, drained: true };
    });
    answers.serve([handler]);
  }
  worker.start();
});
afterAll(async () => {
  stopping.abort();
  await worker?.stop();
  await answers?.stop();
  await running?.stop();
  await connection?.close();
  await env?.teardown();
  await suite?.close();
  await nats?.stop();
});

async function upload(till: TestTill, from: number, to: number): Promise<UploadAnswer> {
  const { header, signature, body } = till.upload(from, to);
  const response = await fetch(`${running.url ?? ''}/api/sync/journal`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', [UPLOAD_HEADER]: header, [UPLOAD_SIGNATURE]: signature },
    body: new Uint8Array(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as UploadAnswer;
}
const settled = (till: TestTill) =>
  waitFor(
    async () => {
      const dirty = await suite.query('SELECT 1 FROM dirty_terminal WHERE terminal = $1', [till.terminal]);
      return dirty.length === 0 && consumerOf('sales', till.terminal).kept.size === till.lines.length;
    },
    { what: 'a clean terminal', timeoutMs: 60_000 },
  );

describe('the way of entries through sync', () => {
  test('from the upload to every consumer, and the terminal is clean', async () => {
    const till = (await suite.till()).sell(120);
    await upload(till, 1, 100);
    await upload(till, 101, 120);
    await settled(till);
    expect(consumerOf('inventory', till.terminal).number).toBe(120);
    till.sell(1);
    await upload(till, 121, 121);
    await settled(till);
  });

  test('out of order, three times at once, with a hole that fills late', async () => {
    const till = (await suite.till()).sell(60);
    const pieces = [5, 3, 1, 4, 0].flatMap((i) => [i, i, i]);
    await Promise.all(pieces.map((i) => upload(till, i * 10 + 1, i * 10 + 10)));
    await waitFor(() => consumerOf('sales', till.terminal).kept.size === 50, {
      what: 'what lies beyond the hole, after the grace',
      timeoutMs: 60_000,
    });
    expect((await upload(till, 21, 30)).through).toEqual({ seq: 60, hash: till.headHash });
    await settled(till);
    const [row] = await suite.query('SELECT duplicates, number, waiting FROM terminal WHERE id = $1', [till.terminal]);
    expect(row).toEqual({ duplicates: '100', number: '60', waiting: 0 });
    const open = await suite.query('SELECT kind FROM exception WHERE terminal = $1 AND settled_at IS NULL', [
      till.terminal,
    ]);
    expect(open).toEqual([]);
  });

  test('needs neither NATS nor identity for an upload', async () => {
    const till = (await suite.till()).sell(10);
    await nats.kill9();
    expect((await upload(till, 1, 10)).through.seq).toBe(10);
    await nats.restart();
    await settled(till);
  });

  test('schedules the nightly proof of a branch whose replay ended', async () => {
    const till = (await suite.till()).sell(1);
    const facts = { id: till.branch, zone: 'Africa/Accra', dayCutoffMinutes: 180 };
    await suite.query(`INSERT INTO till_row (kind, id, position, item) VALUES ('branch', $1, 1, $2)`, [
      till.branch,
      JSON.stringify({ k: 'branch', d: facts }),
    ]);
    await upload(till, 1, 1);
    await settled(till);
    const handle = env.client.schedule.getHandle(`reconcile/${suite.tenant.tenantId}/${till.branch}/nightly`);
    const described = await waitFor(() => handle.describe(), { what: 'the schedule' });
    expect(described.action).toMatchObject({ workflowType: 'reconcileBranch' });
    expect(described.info.nextActionTimes[0]?.getUTCHours()).toBe(4);
    await handle.delete();
  });
});
