import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { getEngines, realTemporalEnvironment, startMain, waitFor, type MainProcess } from '@nexus/testkit';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPromotion } from './promotion/run-promotion.ts';

/** The process itself, twice, as a rolling release has it: what each says of its readiness is what a cluster goes by. */
let bundleCacheDir: string;
let namespace: string;
let address: string;
const processes: MainProcess[] = [];

beforeAll(async () => {
  bundleCacheDir = await mkdtemp(join(tmpdir(), 'nexus-bundle-'));
  const environment = await realTemporalEnvironment();
  ({ address } = environment);
  namespace = environment.namespace ?? 'default';
  await environment.teardown();
}, 180_000);
afterAll(async () => {
  await Promise.all(processes.map((process) => process.end('SIGTERM')));
  await rm(bundleCacheDir, { recursive: true });
}, 180_000);

const settings = () => ({ NEXUS_TEMPORAL_ADDRESS: address, NEXUS_TEMPORAL_NAMESPACE: namespace });

async function start(buildId: string): Promise<string> {
  const started = await startMain({
    script: 'workflows/src/main.ts',
    env: {
      ...settings(),
      NEXUS_NATS_URL: getEngines().nats.url,
      NEXUS_BUNDLE_CACHE_DIR: bundleCacheDir,
      NEXUS_HTTP_PORT: '0',
      NEXUS_WORKER_VERSIONING: 'release',
      NEXUS_BUILD_ID: buildId,
    },
  });
  processes.push(started);
  return started.url();
}

async function name(buildId: string): Promise<unknown> {
  const env = { ...settings(), NEXUS_BUILD_ID: buildId };
  const hook = await startMain({ script: 'workflows/src/promote.ts', args: ['--json'], env });
  expect(await hook.exited).toBe(0);
  return JSON.parse(hook.output().trim());
}

/** Builds that Temporal has heard of. */
async function known(): Promise<string> {
  let out = '';
  await runPromotion({
    args: ['--show', '--json'],
    env: { ...settings(), NEXUS_BUILD_ID: 'any' },
    out: (text) => void (out += text),
    err: () => undefined,
    stopping: new AbortController().signal,
  });
  return out;
}

const statusOf = async (url: string): Promise<number> => (await fetch(`${url}/readyz`)).status;
const isReady = (url: string, ready: boolean) =>
  waitFor(async () => (await statusOf(url)) === (ready ? 200 : 503), { timeoutMs: 90_000 });

test('a new process is ready when its build has the work, and not before; the old one is not any more', async () => {
  const first = await start('1.0.0');
  await isReady(first, true);
  const second = await start('1.1.0');
  await waitFor(async () => (await known()).includes('1.1.0'), { timeoutMs: 90_000 });
  expect([await statusOf(first), await statusOf(second)]).toEqual([200, 503]);

  expect(await name('1.1.0')).toMatchObject({ event: 'current', current: '1.1.0' });
  await isReady(second, true);
  await isReady(first, false);
}, 180_000);
