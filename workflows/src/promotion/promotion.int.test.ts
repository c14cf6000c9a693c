import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLogger } from '@nexus/telemetry';
import { createWorkflowWorker, WorkerConnection, type WorkflowWorker } from '@nexus/temporal-kit';
import { freePort, realTemporalEnvironment, waitFor } from '@nexus/testkit';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPromotion } from './run-promotion.ts';

/** The release's hook on the real server, with workers of the platform's own workflows as two builds. */
const logger = createLogger({ service: 'test', level: 'silent' });
let address: string;
let namespace: string;
let bundleCacheDir: string;
let connection: WorkerConnection;
const workers: WorkflowWorker[] = [];

beforeAll(async () => {
  bundleCacheDir = await mkdtemp(join(tmpdir(), 'nexus-bundle-'));
  const environment = await realTemporalEnvironment();
  address = environment.address;
  namespace = environment.namespace ?? 'default';
  await environment.teardown();
  connection = new WorkerConnection(address, logger);
}, 180_000);
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await connection.close();
  await rm(bundleCacheDir, { recursive: true });
});

async function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  let out = '';
  let err = '';
  const code = await runPromotion({
    args,
    env: { NEXUS_TEMPORAL_ADDRESS: address, NEXUS_TEMPORAL_NAMESPACE: namespace, ...env },
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    stopping: new AbortController().signal,
  });
  return { code, out, err };
}
const promoted = async (buildId: string, ...args: string[]): Promise<unknown> => {
  const { code, out } = await run(['--json', ...args], { NEXUS_BUILD_ID: buildId });
  return { code, ...(JSON.parse(out) as object) };
};

function work(buildId: string): WorkflowWorker {
  const worker = createWorkflowWorker({
    workflowsPath: join(import.meta.dirname, '../workflows.ts'),
    bundleCacheDir,
    connection,
    namespace,
    logger,
    versioning: { wantedBy: 'release', buildId, watchMs: 200 },
  });
  workers.push(worker);
  worker.start();
  return worker;
}
const current = (worker: WorkflowWorker) => waitFor(() => worker.isCurrent(), { timeoutMs: 90_000 });

test('a release, the next one, and the way back while the old workers are still there', async () => {
  expect(await promoted('1.0.0')).toEqual({
    ...{ code: 0, event: 'first', buildId: '1.0.0' },
    ...{ current: null, wanted: null, known: [] },
  });
  await current(work('1.0.0'));
  expect(await promoted('1.0.0')).toMatchObject({ code: 0, event: 'current', wanted: '1.0.0' });

  expect(await promoted('1.1.0')).toMatchObject({ code: 0, event: 'awaited', current: '1.0.0', wanted: '1.1.0' });
  await current(work('1.1.0'));
  expect(await promoted('1.1.0', '--show')).toMatchObject({ event: 'shown', current: '1.1.0', wanted: '1.1.0' });

  // Done when this ends, not some time after it: what follows takes the new workers away.
  expect(await promoted('1.0.0')).toMatchObject({ code: 0, event: 'current', current: '1.0.0' });
  const { out } = await run(['--show'], { NEXUS_BUILD_ID: '1.0.0' });
  expect(out).toMatch(/Current: 1\.0\.0 · wanted: 1\.0\.0 · known: .*1\.1\.0/);
}, 120_000);

describe('what is wrong is said', () => {
  test('a Temporal that is away is waited for, then named', async () => {
    const absent = `127.0.0.1:${await freePort()}`;
    const { code, err } = await run([], {
      NEXUS_BUILD_ID: '1.0.0',
      NEXUS_TEMPORAL_ADDRESS: absent,
      NEXUS_PROMOTE_WAIT_MS: '1500',
    });
    expect(code).toBe(1);
    expect(err).toContain(absent);
    expect(err).toMatch(/not available|did not answer/);
  });

  test('a namespace that is not there', async () => {
    const { code, err } = await run([], { NEXUS_BUILD_ID: '1.0.0', NEXUS_TEMPORAL_NAMESPACE: 'nobody' });
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('nobody') });
  });

  test.each([
    [['--everything'], { NEXUS_BUILD_ID: '1.0.0' }, '--show'],
    [[], {}, 'NEXUS_BUILD_ID'],
    [[], { NEXUS_BUILD_ID: 'a build' }, 'NEXUS_BUILD_ID'],
  ])('%j %j', async (args, env, words) => {
    expect(await run(args, env)).toMatchObject({ code: 2, err: expect.stringContaining(words) });
  });

  test('asked for help it gives help', async () => {
    expect(await run(['--help'], {})).toMatchObject({ code: 0, out: expect.stringContaining('--json') });
  });
});
