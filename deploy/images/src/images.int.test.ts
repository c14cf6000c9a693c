import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { SERVICES, type ServiceName } from '@nexus/contracts';
import {
  createTestDatabases,
  freePort,
  getEngines,
  realTemporalEnvironment,
  startTestNats,
  waitFor,
  type TestDatabases,
  type TestNats,
} from '@nexus/testkit';
import { checkoutDir } from './paths.ts';
import { imageProcess, PROCESSES, type ProcessName } from './processes.ts';
import { entryPoints } from './test-support/entry-points.ts';
import { filesIn, makeDeletable, makeReadOnly, type FoundFile } from './test-support/files.ts';
import { runImage, type RunningImage } from './test-support/run-image.ts';

jest.setTimeout(300_000);

const START_TIMEOUT_MS = 120_000;
const images = mkdtempSync(join(tmpdir(), 'nexus-images-'));
const rootOf = (name: ProcessName): string => join(images, name);
/** All that a process may write to: a pod gives it a `/tmp` of its own. */
const scratch = mkdtempSync(join(tmpdir(), 'nexus-scratch-'));

let databases: TestDatabases;
let nats: TestNats;
let temporal: Awaited<ReturnType<typeof realTemporalEnvironment>>;
let running: RunningImage | undefined;
const files = new Map<ProcessName, readonly FoundFile[]>();

beforeAll(async () => {
  await chmod(images, 0o755);
  await chmod(scratch, 0o1777);
  const main = join(checkoutDir, 'deploy/images/src/main.ts');
  const made = await promisify(execFile)(process.execPath, [main, '--rootfs', images, '--release', '1.2.3-test']);
  process.stdout.write(made.stdout);
  for (const name of PROCESSES) {
    await makeReadOnly(rootOf(name));
    files.set(name, await filesIn(rootOf(name)));
  }
  [databases, nats, temporal] = await Promise.all([
    createTestDatabases({ services: SERVICES }),
    startTestNats(),
    realTemporalEnvironment(),
  ]);
});
afterEach(() => void running?.child.kill('SIGKILL'));
afterAll(async () => {
  for (const name of PROCESSES) await makeDeletable(rootOf(name));
  rmSync(images, { recursive: true });
  rmSync(scratch, { recursive: true });
  await Promise.all([databases.drop(), nats.stop(), temporal.teardown()]);
});

/** What the chart gives a process, and no more. */
function environment(name: ProcessName): Record<string, string> {
  const { keycloak, temporal: server } = getEngines();
  const engines = {
    NEXUS_NATS_URL: nats.url,
    NEXUS_TEMPORAL_ADDRESS: server.address,
    NEXUS_TEMPORAL_NAMESPACE: temporal.namespace ?? '',
  };
  if (name === 'edge') return { NEXUS_KEYCLOAK_URL: keycloak.url, NEXUS_EDGE_UPSTREAM_SALES: 'http://127.0.0.1:1' };
  if (name === 'workflows') return engines;
  const service = {
    ...engines,
    NEXUS_DATABASE_URL: databases.url(name),
    NEXUS_PROVISIONER_DATABASE_URL: databases.provisionerUrl(name),
    NEXUS_MIGRATE_SHARED: 'false',
    NEXUS_MIGRATE_TENANTS: 'false',
  };
  // Nobody collects there; what would send to it is loaded only where there is an address.
  if (name === 'sales') return { ...service, NEXUS_OTLP_URL: 'http://127.0.0.1:1' };
  if (name !== 'identity') return service;
  return {
    ...service,
    NEXUS_KEYCLOAK_URL: keycloak.url,
    NEXUS_KEYCLOAK_REALM: keycloak.realm,
    NEXUS_KEYCLOAK_ISSUER: keycloak.issuer,
    NEXUS_KEYCLOAK_CLIENT_ID: keycloak.identityClientId,
    NEXUS_KEYCLOAK_CLIENT_SECRET: keycloak.identityClientSecret,
    NEXUS_TOKEN_KEY_FILE: join(scratch, 'keys/token-key.json'),
  };
}

describe('every process, from its image’s files alone', () => {
  test.each(SERVICES)('%s brings its shared schema up', async (name: ServiceName) => {
    const migrate = join(rootOf(name), `app/services/${name}/src/migrate.ts`);
    running = runImage(rootOf(name), environment(name), [migrate, '--shared']);
    expect({ code: await running.ended, output: running.output() }).toMatchObject({ code: 0 });
  });

  test.each(PROCESSES)('%s starts as another user, is ready and measured, and stops in order', async (name) => {
    const [port, metricsPort] = [await freePort(), await freePort()];
    running = runImage(rootOf(name), {
      ...environment(name),
      // On this machine nobody else is to reach it; the image listens everywhere, and a NetworkPolicy says who may.
      ...{ NEXUS_HTTP_HOST: '127.0.0.1', NEXUS_METRICS_HOST: '127.0.0.1' },
      ...{ NEXUS_HTTP_PORT: String(port), NEXUS_METRICS_PORT: String(metricsPort) },
    });
    const { child, output, ended } = running;
    const ready = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
    await waitFor(async () => child.exitCode !== null || (await ready()), { timeoutMs: START_TIMEOUT_MS });
    expect({ exitCode: child.exitCode, output: output() }).toMatchObject({ exitCode: null });
    expect((await fetch(`http://127.0.0.1:${port}/startupz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
    const measured = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(measured).toContain(`nexus_ready{service="${name}"} 1`);
    if (name === 'edge') expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('<!doctype html>');
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    if (process.getuid?.() === 0) expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe('65532');

    child.kill('SIGTERM');
    expect({ code: await ended, output: output() }).toMatchObject({ code: 0 });
  });

  test('a process cannot change its own files', async () => {
    const app = join(rootOf('edge'), 'app');
    const attempt = `try { require('fs').writeFileSync(${JSON.stringify(`${app}/main.ts`)}, '') } catch { process.exit(7) }`;
    running = runImage(rootOf('edge'), {}, ['--eval', attempt]);
    expect(await running.ended).toBe(7);
  });
});

/** Kinds of files that no image has, wherever they stand. */
const FORBIDDEN: readonly [string, RegExp][] = [
  ['tests', /\.(test|spec)\.[cm]?[jt]s$|(^|\/)(__tests__|test-support)\/|^app\/(?!node_modules\/).*\/testing\//],
  ['what only tests use', /(^|\/)[^/]*\.(test-support|world|bench)\.ts$|record-histories\.ts$/],
  ['types', /\.d\.[cm]?ts$|(^|\/)node_modules\/@types\//],
  ['source maps', /\.map(\.br|\.gz)?$/],
  ['settings and keys', /(^|\/)\.env|\.(pem|key|p12|pfx)$/],
  ['fixtures', /(^|\/)(__fixtures__|fixtures)\//],
  ['tools', /node_modules\/(typescript|jest|eslint|prettier|nx|vite|svelte|@swc|@nx|@jest)\//],
  ['TypeScript that Node would not run', /node_modules\/.*\.[cm]?ts$/],
  ['other systems’ native code', /\.(dll|dylib|exe)$|apple-darwin|windows-msvc/],
];

describe.each(PROCESSES)('the files of %s', (name) => {
  const root = rootOf(name);
  const all = (): readonly FoundFile[] => files.get(name) ?? [];
  const has = (path: string): boolean => existsSync(join(root, 'app', path));

  test.each(FORBIDDEN)('hold no %s', (_kind, pattern) => {
    expect(all().length).toBeGreaterThan(1_000);
    const found = all().filter(({ path }) => pattern.test(path));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test('are plain, may be written by nobody, and lead nowhere else', () => {
    for (const { path, entry } of all()) {
      if (entry.isSymbolicLink())
        expect(realpathSync(join(root, path)).startsWith(`${realpathSync(root)}/`)).toBe(true);
      else expect([path, entry.isFile(), (statSync(join(root, path)).mode & 0o222) === 0]).toEqual([path, true, true]);
    }
  });

  test('are of this process and of no other', () => {
    const others = PROCESSES.filter((other) => other !== name).map((other) => imageProcess(other).workspace);
    expect(others.filter(has)).toEqual([]);
    const wanted: [string, readonly ProcessName[]][] = [
      ['node_modules/pg', ['identity', 'catalog', 'sync', 'sales', 'inventory', 'workflows']],
      ['node_modules/@temporalio/worker', ['identity', 'catalog', 'sync', 'sales', 'inventory', 'workflows']],
      ['packages/tenancy-db', ['identity', 'catalog', 'sync', 'sales', 'inventory', 'workflows']],
      ['node_modules/@keycloak/keycloak-admin-client', ['identity']],
      ['node_modules/csv-parse', ['catalog']],
      ['node_modules/http-proxy-3', ['edge']],
      ['backoffice/build/index.html', ['edge']],
      ['workflows/build/workflows.js', ['workflows']],
      ...['packages/testkit', 'packages/cli', 'deploy', 'terminal'].map((path) => [path, []] as [string, []]),
    ];
    const found = wanted.map(([path]) => [path, has(path)]);
    expect(found).toEqual(wanted.map(([path, names]) => [path, names.includes(name)]));
  });

  test('hold every file by which Node may enter a package, where its authors ship one', () => {
    const missing = all()
      .map(
        ({ path }) =>
          /^app\/(?<folder>.*node_modules\/(?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.groups?.['folder'],
      )
      .filter((folder) => folder !== undefined)
      .flatMap((folder) => {
        const manifest = JSON.parse(readFileSync(join(root, 'app', folder, 'package.json'), 'utf8')) as object;
        return entryPoints(manifest).map((entry) => join(folder, entry));
      })
      // An entry of its own for browsers, which nobody here asks for.
      .filter((path) => !path.startsWith('node_modules/typeorm/browser/'))
      .filter((path) => existsSync(join(checkoutDir, path)) && !has(path));
    expect(missing).toEqual([]);
  });

  test('name no folder of the machine that made them', () => {
    const own = all().filter(({ path }) => /^app\/(?!node_modules\/)/.test(path) && !path.endsWith('.br'));
    const naming = own.filter(({ path, entry }) => {
      if (!entry.isFile()) return false;
      const text = readFileSync(join(root, path), 'latin1');
      const maps = [...text.matchAll(/sourceMappingURL=data:[^,]*base64,([A-Za-z0-9+/=]+)/g)];
      const decoded = maps.map(([, map = '']) => Buffer.from(map, 'base64').toString());
      return [text, ...decoded].some((part) => part.includes(checkoutDir) || part.includes('"sourcesContent"'));
    });
    expect(naming.map(({ path }) => path)).toEqual([]);
  });

  test('are all in its parts list, and nothing else is', () => {
    const list = JSON.parse(readFileSync(join(images, `${name}.cdx.json`), 'utf8')) as {
      components: { 'bom-ref': string; hashes?: unknown[]; purl?: string }[];
    };
    const listed = list.components.map((component) => component['bom-ref']).filter((ref) => ref !== 'node');
    const packages = all()
      .map(
        ({ path }) =>
          /^app\/(.*node_modules\/(?:@[^/]+\/)?[^/]+|(?:packages|services)\/[^/]+|workflows)\/package\.json$/.exec(
            path,
          )?.[1],
      )
      .filter((path) => path !== undefined);
    expect([...listed].sort()).toEqual([...new Set(packages)].sort());
    const installed = list.components.filter((component) => component.purl?.startsWith('pkg:npm/'));
    expect(installed.filter(({ hashes }) => hashes === undefined)).toEqual([]);
  });
});
