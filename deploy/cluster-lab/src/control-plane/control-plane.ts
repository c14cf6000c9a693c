import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  baseEnvironment,
  endProcess,
  PortChooser,
  spawnLogged,
  waitUntil,
  type ProcessIdentity,
  type Running,
} from '@nexus/local/process';
import type { Progress } from '@nexus/local/provide';
import { labStateDir } from '../paths.ts';
import { provideCrdFiles } from '../schemas/provide-schemas.ts';
import { provideSource, readSources } from '../tools/sources.ts';
import { provideClusterTools } from '../tools/tools.ts';
import * as components from './components.ts';
import { writeFiles } from './files.ts';
import { Client } from './kubectl.ts';
import { podMetricsDefinition, pretendedNodes } from './nodes.ts';

const READY_TIMEOUT_MS = 120_000;
const STOP_GRACE_MS = 10_000;

/** The one that a person started, and ends. */
export const BY_HAND = 'by-hand';

/** A Kubernetes of one's own on free loopback ports: the real API server and controllers, nodes that only pretend. */
export interface ControlPlane {
  readonly client: Client;
  readonly kubeconfig: string;
  /** Ends every process that was started, by its identity, and forgets what they kept. */
  stop(): Promise<void>;
}

/** Starts one in `name`'s folder of the state of this checkout; what a killed run left behind there is ended first. */
export async function startControlPlane(name: string, progress: Progress): Promise<ControlPlane> {
  const tools = await provideClusterTools(progress);
  const dir = join(labStateDir, name);
  await endLeftOvers(dir);
  mkdirSync(join(dir, 'logs'), { recursive: true, mode: 0o700 });
  const place = { dir, ports: await choosePorts() };
  const stages = join(await provideSource('kwok', progress), readSources().kwok.files[0] ?? '');
  const { token } = writeFiles(place, stages);
  const started: { component: components.Component; running: Running }[] = [];
  const stop = async (): Promise<void> => {
    for (const { component, running } of started.reverse()) await end(running.identity, component.name);
    rmSync(dir, { recursive: true, force: true });
  };
  const start = async (component: components.Component): Promise<void> => {
    const { name: what, program, args } = component;
    const launch = { command: program, args, env: baseEnvironment(), cwd: dir };
    started.push({ component, running: await spawnLogged(launch, join(dir, 'logs', `${what}.log`)) });
    remember(
      dir,
      started.map(({ running }) => running.identity),
    );
  };
  try {
    await start(components.etcd(place, tools));
    await start(components.apiServer(place, tools));
    await ready(`the API server (${join(dir, 'logs')})`, () => answersReady(place, token));
    for (const make of [components.controllerManager, components.scheduler, components.kwok])
      await start(make(place, tools));
    const client = new Client(tools, components.kubeconfigFile(place));
    await furnish(client, await provideCrdFiles(progress));
    return { client, kubeconfig: components.kubeconfigFile(place), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Nodes, and the kinds of others that the chart makes behind switches. */
async function furnish(client: Client, definitions: readonly string[]): Promise<void> {
  for (const file of definitions) await client.kubectl(['apply', '--server-side', '-f', file]);
  await client.apply([podMetricsDefinition(), ...pretendedNodes()]);
  await client.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
  await client.kubectl(['wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s']);
}

async function choosePorts(): Promise<components.Place['ports']> {
  const chooser = new PortChooser();
  const choose = (what: string) => chooser.choose(what, undefined);
  return {
    etcd: await choose('etcd'),
    etcdPeer: await choose('etcd among its peers'),
    apiServer: await choose('the API server'),
    kwok: await choose('kwok'),
  };
}

const ready = (what: string, check: () => Promise<boolean>): Promise<void> =>
  waitUntil(check, { what, timeoutMs: READY_TIMEOUT_MS, intervalMs: 200 });

/** Its certificate is made at its first start; until it is there, the server is not ready. */
async function answersReady(place: components.Place, token: string): Promise<boolean> {
  const ca = readFileSync(join(place.dir, 'certs/apiserver.crt'));
  const asked = request(`${components.apiServerUrl(place)}/readyz`, {
    ca,
    headers: { authorization: `Bearer ${token}` },
    timeout: 2_000,
  });
  asked.on('timeout', () => asked.destroy(new Error('no answer')));
  asked.end();
  const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }];
  response.resume();
  return response.statusCode === 200;
}

const identitiesFile = (dir: string): string => join(dir, 'processes.json');

const remember = (dir: string, identities: readonly ProcessIdentity[]): void =>
  writeFileSync(identitiesFile(dir), JSON.stringify(identities));

/** Ends what tests left running that were themselves ended in the middle; nothing where all went well. */
export async function endAllLeftOvers(): Promise<void> {
  const folders = existsSync(labStateDir) ? readdirSync(labStateDir) : [];
  for (const folder of folders.filter((name) => name !== BY_HAND)) await endLeftOvers(join(labStateDir, folder));
}

async function endLeftOvers(dir: string): Promise<void> {
  let identities: ProcessIdentity[] = [];
  try {
    identities = JSON.parse(readFileSync(identitiesFile(dir), 'utf8')) as ProcessIdentity[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  for (const identity of identities.reverse()) await end(identity, 'what an earlier run left behind');
  rmSync(dir, { recursive: true, force: true });
}

const end = (identity: ProcessIdentity, what: string): Promise<void> =>
  endProcess(identity, { signal: 'SIGTERM', graceMs: STOP_GRACE_MS, what });
