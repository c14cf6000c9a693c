import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WAKE_SIGNAL, WORKFLOW_TASK_QUEUE } from '@nexus/contracts';
import { createLogger, currentTraceId, startTelemetry, withSpan, type Telemetry } from '@nexus/telemetry';
import { realTemporalEnvironment, startTcpProxy, waitFor, type TcpProxy } from '@nexus/testkit';
import type { Client } from '@temporalio/client';
import { connectTemporal, type TemporalLink } from './client/temporal-link.ts';
import { nexusErrorOf } from './errors.ts';
import { sampleActivities } from './test-support/sample-activities.ts';
import { createActivityWorker } from './worker/activity-worker.ts';
import type { Supervisor } from './worker/supervisor.ts';
import { WorkerConnection } from './worker/worker-connection.ts';
import { createWorkflowWorker, type WorkflowWorker } from './worker/workflow-worker.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const workflowsPath = join(import.meta.dirname, 'test-support/sample.workflow.ts');
const { activities, seen } = sampleActivities();

let telemetry: Telemetry;
let proxy: TcpProxy;
let link: TemporalLink;
let namespace: string;
let bundleCacheDir: string;
let connection: WorkerConnection;
let activityWorker: Supervisor;
let workflowWorker: WorkflowWorker;

beforeAll(async () => {
  telemetry = await startTelemetry({ service: 'test' });
  bundleCacheDir = await mkdtemp(join(tmpdir(), 'nexus-bundle-'));
  const environment = await realTemporalEnvironment();
  namespace = environment.namespace ?? 'default';
  const [, port] = environment.address.split(':');
  await environment.teardown();
  proxy = await startTcpProxy({ port: Number(port) });
  proxy.cut();
  const address = `127.0.0.1:${proxy.port}`;
  link = connectTemporal({ address, namespace, logger });
  connection = new WorkerConnection(address, logger);
  activityWorker = createActivityWorker({ service: 'sales', activities, connection, namespace, logger, graceMs: 200 });
  workflowWorker = createWorkflowWorker({ workflowsPath, connection, namespace, logger, bundleCacheDir });
}, 180_000);
afterAll(async () => {
  await Promise.all([activityWorker.stop(), workflowWorker.stop()]);
  await connection.close();
  await link.close();
  await proxy.close();
  await telemetry.shutdown();
  await rm(bundleCacheDir, { recursive: true });
});

const options = () => ({ taskQueue: WORKFLOW_TASK_QUEUE, workflowId: `test/${randomUUID()}` });
const start = (name: string, ...args: unknown[]) =>
  link.call(name, (client: Client) => client.workflow.start(name, { ...options(), args }));
const run = async (name: string, ...args: unknown[]): Promise<unknown> => {
  const handle = await start(name, ...args);
  return link.call(name, () => handle.result() as Promise<unknown>, 30_000);
};

describe('while the server is away', () => {
  test('a call says so, with its code', async () => {
    const call = link.call('start', (client) => client.workflow.start('askTrace', { ...options() }), 500);
    const error: unknown = await call.catch((e: unknown) => e);
    expect(nexusErrorOf(error)?.code).toMatch(/^NX-300[14]$/);
    expect(await link.isUp()).toBe(false);
  });

  test('workers wait for it, and work when it comes', async () => {
    activityWorker.start();
    workflowWorker.start();
    proxy.heal();
    await waitFor(() => activityWorker.isRunning() && workflowWorker.isRunning(), { timeoutMs: 90_000 });
    expect(await link.isUp()).toBe(true);
    expect(await run('askTrace')).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('traces', () => {
  test('go from the starter through the workflow into the activity', async () => {
    const [mine, seenThere] = await withSpan('starter', {}, async () => [currentTraceId(), await run('askTrace')]);
    expect(seenThere).toBe(mine);
  });

  test('follow the last signal, over continue-as-new', async () => {
    const handle = await withSpan('starter', {}, () => start('traceOfSignal'));
    const mine = await withSpan('signaller', {}, async () => {
      await link.call('wake', (client) => client.workflow.getHandle(handle.workflowId).signal(WAKE_SIGNAL));
      return currentTraceId();
    });
    expect(await handle.result()).toBe(mine);
  });
});

describe('failures', () => {
  test('an expected one keeps its code and is not tried again', async () => {
    seen.tries = 0;
    const error: unknown = await run('failWith', { code: 'IDN-1001' }).catch((e: unknown) => e);
    expect(nexusErrorOf(error)).toMatchObject({ code: 'IDN-1001', message: 'as asked' });
    expect(seen.tries).toBe(1);
  });

  test.each(['NX-3001', 'something else'])('%s is tried again', async (code) => {
    seen.tries = 0;
    const error: unknown = await run('failWith', { code }).catch((e: unknown) => e);
    expect(nexusErrorOf(error)?.code).toBe(code === 'NX-3001' ? code : undefined);
    expect(seen.tries).toBe(3);
  });
});

test('logs of an activity carry its tenant', async () => {
  expect(await run('tenantOfLogs', { tenantId: 'tenant-1' })).toBe('tenant-1');
});

test('the bundle is kept by content', async () => {
  expect(await readdir(bundleCacheDir)).toEqual([expect.stringMatching(/^workflows-[0-9a-f]{32}\.js$/)]);
});

test('a pulled cable is survived', async () => {
  proxy.cut();
  expect(await link.isUp()).toBe(false);
  proxy.heal();
  expect(await waitFor(() => run('askTrace'), { timeoutMs: 90_000 })).toMatch(/^[0-9a-f]{32}$/);
}, 180_000);

test('a worker that stops lets what is in hand end', async () => {
  const handle = await start('untilCancelled');
  await waitFor(() => seen.started);
  await activityWorker.stop();
  expect(activityWorker.isRunning()).toBe(false);
  await handle.terminate('the test is over');
});
