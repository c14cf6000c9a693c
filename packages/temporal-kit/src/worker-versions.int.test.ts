import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WAKE_SIGNAL, WORKFLOW_TASK_QUEUE } from '@nexus/contracts/workflows';
import { createLogger } from '@nexus/telemetry';
import { realTemporalEnvironment, waitFor } from '@nexus/testkit';
import { Client, Connection } from '@temporalio/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WantedBy } from './deployment/version-keeper.ts';
import { WorkerDeployment } from './deployment/worker-deployment.ts';
import { LAST_VISIT } from './test-support/visits.ts';
import { createActivityWorker } from './worker/activity-worker.ts';
import type { Supervisor } from './worker/supervisor.ts';
import { WorkerConnection } from './worker/worker-connection.ts';
import { createWorkflowWorker, type WorkflowWorker } from './worker/workflow-worker.ts';

/*
 * Two builds of a workflow side by side, on the real server. Activities are on a queue whose worker has no version, as
 * those of the services are.
 */

const logger = createLogger({ service: 'test', level: 'silent' });
type Build = 'first' | 'second';

let bundleCacheDir: string;
let client: Client;
let channel: Connection;
let namespace: string;
let connection: WorkerConnection;
let deployment: WorkerDeployment;
let activityWorker: Supervisor;
let workers: WorkflowWorker[];
let visited: Map<string, string[]>;

beforeAll(async () => {
  bundleCacheDir = await mkdtemp(join(tmpdir(), 'nexus-bundle-'));
});
afterAll(() => rm(bundleCacheDir, { recursive: true }));

beforeEach(async () => {
  const environment = await realTemporalEnvironment();
  const { address } = environment;
  namespace = environment.namespace ?? 'default';
  await environment.teardown();
  channel = await Connection.connect({ address });
  client = new Client({ connection: channel, namespace });
  connection = new WorkerConnection(address, logger);
  deployment = new WorkerDeployment(channel, namespace);
  workers = [];
  visited = new Map();
  const activities = {
    visited: ({ workflowId, build }: { workflowId: string; build: string }) => {
      visited.set(workflowId, [...(visited.get(workflowId) ?? []), build]);
      return Promise.resolve();
    },
  };
  activityWorker = createActivityWorker({ service: 'sales', activities, connection, namespace, logger });
  activityWorker.start();
}, 180_000);

afterEach(async () => {
  await Promise.all([activityWorker, ...workers].map((worker) => worker.stop()));
  await connection.close();
  await channel.close();
}, 180_000);

/** Starts a worker of a build; `unversioned`: as they were before there were versions. */
function work(build: Build, wantedBy: WantedBy | 'unversioned' = 'release', buildId: string = build): WorkflowWorker {
  const worker = createWorkflowWorker({
    workflowsPath: join(import.meta.dirname, `test-support/${build}-build/visits.workflow.ts`),
    connection,
    namespace,
    logger,
    bundleCacheDir,
    graceMs: 200,
    ...(wantedBy === 'unversioned' ? {} : { versioning: { wantedBy, buildId, watchMs: 200 } }),
  });
  workers.push(worker);
  worker.start();
  return worker;
}

const current = (worker: WorkflowWorker) => waitFor(() => worker.isCurrent(), { timeoutMs: 90_000 });
const running = (worker: WorkflowWorker) => waitFor(() => worker.isRunning(), { timeoutMs: 90_000 });
/** Temporal has heard of the build. */
const known = (build: Build) =>
  waitFor(async () => (await deployment.describe())?.known.includes(build) === true, { timeoutMs: 90_000 });

/** Wakes a workflow, as the relay does; starts it where it does not run. Gives the build that answered. */
async function visit(workflowId: string, signal = ''): Promise<string | undefined> {
  const before = visited.get(workflowId)?.length ?? 0;
  await client.workflow.signalWithStart('visits', {
    workflowId,
    taskQueue: WORKFLOW_TASK_QUEUE,
    signal: WAKE_SIGNAL,
    signalArgs: [signal],
    args: [],
  });
  await waitFor(() => (visited.get(workflowId)?.length ?? 0) > before, { timeoutMs: 90_000 });
  return visited.get(workflowId)?.at(-1);
}
const result = (workflowId: string) => client.workflow.getHandle(workflowId).result() as Promise<unknown>;

describe('a release', () => {
  test('that is the first makes itself current, and activities without a version are reached', async () => {
    const first = work('first');
    await current(first);
    expect(await deployment.describe()).toMatchObject({ current: 'first', wanted: 'first' });
    expect(await visit('a')).toBe('first');
  });

  test('takes over when it is named: what runs moves on, what starts starts there', async () => {
    const first = work('first');
    await current(first);
    expect(await visit('a')).toBe('first');

    const polls = (build: Build) => deployment.polledLately(WORKFLOW_TASK_QUEUE, build);
    expect([await polls('first'), await polls('second')]).toEqual([true, false]);
    const second = work('second');
    await known('second');
    await waitFor(() => polls('second'));
    expect(second.isCurrent()).toBe(false);
    expect(await visit('a')).toBe('first');
    expect(await visit('b')).toBe('first');

    expect(await deployment.want('second')).toBe(true);
    await current(second);
    await waitFor(() => !first.isCurrent());
    expect(await visit('a')).toBe('second');
    expect(await visit('c')).toBe('second');

    // The old pods go; nobody misses them.
    await first.stop();
    expect(await visit('b')).toBe('second');
    expect(await visit('a', LAST_VISIT)).toBe('second');
    expect(await result('a')).toBe('ended on second');
  });

  test('that is rolled back finds the workers that are still there', async () => {
    const first = work('first');
    await current(first);
    const second = work('second');
    await known('second');
    await deployment.want('second');
    await current(second);
    expect(await visit('a')).toBe('second');

    await deployment.want('first');
    await current(first);
    await second.stop();
    expect(await visit('a')).toBe('first');
    expect(await visit('b')).toBe('first');
  });

  test('that is rolled back when its workers are gone waits for new ones, and meanwhile nothing stands still', async () => {
    await current(work('first'));
    await deployment.want('second');
    const second = work('second');
    await current(second);
    await workers[0]?.stop();

    await deployment.want('first');
    expect(await visit('a')).toBe('second');
    const again = work('first');
    await current(again);
    await second.stop();
    expect(await visit('a')).toBe('first');
  });
});

describe('a build that is not wanted', () => {
  test('takes nothing back when one of its workers starts again', async () => {
    const first = work('first');
    await current(first);
    await deployment.want('second');
    const second = work('second');
    await current(second);
    await first.stop();
    const crashed = work('first');
    await running(crashed);
    await expect(deployment.makeCurrent('first')).rejects.toThrow(/ManagerIdentity 'nexus-workflows\/second'/);
    expect(await visit('a')).toBe('second');
    expect(crashed.isCurrent()).toBe(false);
  });
});

describe('where nobody releases anything', () => {
  test('whoever started last has the work', async () => {
    const first = work('first', 'self');
    await current(first);
    expect(await visit('a')).toBe('first');
    const second = work('second', 'self');
    await current(second);
    expect(await visit('a')).toBe('second');
    await Promise.all([first.stop(), second.stop()]);
    const again = work('first', 'self');
    await current(again);
    expect(await visit('a')).toBe('first');
  });

  test('runs of workers that had no version go on', async () => {
    const before = work('first', 'unversioned');
    expect(before.isCurrent()).toBe(true);
    expect(await visit('a')).toBe('first');
    await before.stop();
    const second = work('second', 'self');
    await current(second);
    expect(await visit('a')).toBe('second');
    expect(await visit('b')).toBe('second');
  });
});
