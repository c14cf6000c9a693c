import { join } from 'node:path';
import { SERVICES, type ServiceName } from '@nexus/contracts';
import { checkoutDir } from './paths.ts';
import { baseEnvironment, keepFreedMemory, type ProcessSpec } from './process/spec.ts';
import {
  commonEnvironment,
  identityEnvironment,
  ownEnvironment,
  prefixed,
  type ServiceSurroundings,
} from './service-environment.ts';

/*
 * The whole laptop, top to bottom:
 *
 *   engines      postgres ─┬─ temporal ── temporal-ui      (composed in engines/engine-set.ts,
 *                          ├─ keycloak                      supervised apart: they outlive a restart
 *                          └─ pgbouncer                     of the platform)
 *                nats
 *
 *   shared       platform   every service and the workflow worker in one process
 *                edge       the one origin: / → back office, /api/<service>, /auth
 *
 *   --split      identity  catalog  sync  sales  inventory  workflows  edge
 *                           a process each, as on a cluster
 */

export interface TopologyInput extends ServiceSurroundings {
  split: boolean;
  ports: PlatformPorts;
  /** The built back office, when there is one. */
  staticDir: string | undefined;
  /** Whose code runs: folder with the layout of a checkout, for each process. This checkout unless given. */
  rootOf?: (process: PlatformProcess) => string;
}

export type PlatformProcess = keyof PlatformPorts;

export type PlatformPorts = Record<ServiceName | 'workflows' | 'edge', number>;

/*
 * The heap: uploads and batches are megabytes that live for a moment, and by default V8 takes each 64 MB of them for a
 * reason to mark the whole heap, once a second under load, which cost a fifth of the CPU.
 */
const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--initial-heap-size=512',
  '--external-memory-accounted-in-global-limit',
];
/** Megabytes in which what is young lives; the more, the less of a batch in hand is copied about while it waits for the database. */
const YOUNG_MB = { shared: 128, split: 32 };
const STOP_GRACE_MS = 20_000;
const START_TIMEOUT_MS = 300_000;

/** Every process of the platform but the engines, with how it is started and what it needs before. */
export function platformTopology(input: TopologyInput): ProcessSpec[] {
  const behind = input.split ? splitProcesses(input) : [sharedProcess(input)];
  return [...behind, edgeProcess(input)];
}

function sharedProcess(input: TopologyInput): ProcessSpec {
  const { ports } = input;
  const own = SERVICES.map((service) => prefixed(service, ownEnvironment(input, service, ports[service])));
  return nodeProcess({
    name: 'platform',
    script: 'deploy/local/src/platform.ts',
    youngMb: YOUNG_MB.shared,
    env: Object.assign(
      prefixed('workflows', workflowsEnvironment(input)),
      commonEnvironment(input),
      identityEnvironment(input),
      ...own,
    ) as Record<string, string>,
    readyPorts: [...SERVICES.map((service) => ports[service]), ports.workflows],
  });
}

function splitProcesses(input: TopologyInput): ProcessSpec[] {
  const services = SERVICES.map((service) =>
    nodeProcess({
      name: service,
      root: input.rootOf?.(service),
      script: `services/${service}/src/main.ts`,
      env: {
        ...commonEnvironment(input),
        ...ownEnvironment(input, service, input.ports[service]),
        ...(service === 'identity' ? identityEnvironment(input) : {}),
      },
      readyPorts: [input.ports[service]],
    }),
  );
  const workflows = nodeProcess({
    name: 'workflows',
    root: input.rootOf?.('workflows'),
    script: 'workflows/src/main.ts',
    env: { ...commonEnvironment(input), ...workflowsEnvironment(input) },
    readyPorts: [input.ports.workflows],
  });
  return [...services, workflows];
}

function workflowsEnvironment({ ports, stateDir }: TopologyInput): Record<string, string> {
  return {
    NEXUS_HTTP_PORT: String(ports.workflows),
    NEXUS_BUNDLE_CACHE_DIR: join(stateDir, 'workflow-bundles'),
  };
}

function edgeProcess({ ports, engines, staticDir, rootOf }: TopologyInput): ProcessSpec {
  const upstreams = SERVICES.map((service) => [
    `NEXUS_EDGE_UPSTREAM_${service.toUpperCase()}`,
    `http://127.0.0.1:${ports[service]}`,
  ]);
  return nodeProcess({
    name: 'edge',
    root: rootOf?.('edge'),
    script: 'services/edge/src/main.ts',
    env: {
      NEXUS_HTTP_PORT: String(ports.edge),
      NEXUS_EDGE_KEYCLOAK_URL: engines.keycloak.url,
      ...(staticDir === undefined ? {} : { NEXUS_EDGE_STATIC_DIR: staticDir }),
      ...(Object.fromEntries(upstreams) as Record<string, string>),
    },
    readyPorts: [ports.edge],
  });
}

interface NodeProcess {
  name: string;
  root?: string | undefined;
  script: string;
  youngMb?: number;
  env: Record<string, string>;
  /** `/readyz` of each must answer. */
  readyPorts: readonly number[];
}

/** None waits for another: each process copes with the others being away, as it has to on a cluster. */
function nodeProcess({ name, root, script, youngMb = YOUNG_MB.split, env, readyPorts }: NodeProcess): ProcessSpec {
  const cwd = root ?? checkoutDir;
  return {
    name,
    dependsOn: [],
    prepare: async () => ({
      command: process.execPath,
      args: [...NODE_FLAGS, `--max-semi-space-size=${youngMb}`, join(cwd, script)],
      env: { ...baseEnvironment(), ...keepFreedMemory, NODE_ENV: 'production', ...env },
      cwd,
    }),
    isReady: async () => (await Promise.all(readyPorts.map(isReady))).every(Boolean),
    startTimeoutMs: START_TIMEOUT_MS,
    stopSignal: 'SIGTERM',
    stopGraceMs: STOP_GRACE_MS,
  };
}

async function isReady(port: number): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
}
