import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES } from '@nexus/contracts';
import {
  composePlatform,
  enginesDir,
  enginesStatus,
  findPgBouncer,
  LauncherError,
  platformDir,
  platformTopology,
  startEngines,
  status,
  stopEngines,
  type EnginesState,
  type Launch,
  type PlatformProcess,
  type TopologyInput,
} from '@nexus/local';
import { endProcess, isAlive, PortChooser, runCommand, RunRecords } from '@nexus/local/process';
import type { ChartSettings } from '../chart-settings.ts';
import { ClusterService } from './cluster-service.ts';
import { Deployment, type Version } from './deployment.ts';
import { Pod } from './pod.ts';

/** In the order in which they are replaced: the edge last, as everybody's requests go through it. */
export const PROCESSES: readonly PlatformProcess[] = [...SERVICES, 'workflows', 'edge'];

export interface ClusterOptions {
  readonly stateDir: string;
  readonly edgePort: number;
  readonly chart: ChartSettings;
  readonly propagationMs: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Where the images' Dockerfile has it. */
const IMAGE_BUNDLE = 'workflows/build/workflows.js';
const HOOK_TIMEOUT_MS = 600_000;
const LEFT_OVER_GRACE_MS = 10_000;

/** The platform's processes as a cluster runs them, each behind a Service of its own; engines beside them. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #input: TopologyInput;
  readonly #publish: () => void;
  readonly #enginesRanBefore: boolean;
  readonly #services = new Map<PlatformProcess, ClusterService>();
  readonly #records: RunRecords;
  readonly #ports = new PortChooser();
  readonly deployments: Deployment[] = [];

  private constructor(
    options: ClusterOptions,
    { input, publish, ranBefore }: { input: TopologyInput; publish: () => void; ranBefore: boolean },
  ) {
    this.#options = options;
    this.#input = input;
    this.#publish = publish;
    this.#enginesRanBefore = ranBefore;
    this.#records = new RunRecords(podsDir(options.stateDir));
  }

  /** Engines, databases and Services; no pod yet. What a killed run left behind is ended first. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const { stateDir, edgePort, say } = options;
    await endLeftOvers(stateDir);
    const engines = new Set(enginesStatus(enginesDir(stateDir)).map(({ name }) => name));
    if (status({ stateDir }).some(({ name }) => !engines.has(name)))
      throw new LauncherError(
        `A platform runs in ${stateDir}.`,
        'Stop it (`npx nexus down`), or name another --state-dir.',
      );
    const ranBefore = engines.size > 0;
    try {
      await startEngines({ stateDir: enginesDir(stateDir), edgeOrigin: `http://127.0.0.1:${edgePort}` }, say);
      const mode = { split: true, pooled: (await findPgBouncer()) !== undefined, logLevel: 'info' };
      const composed = await composePlatform(stateDir, mode, say);
      const cluster = new Cluster(options, { ...composed, ranBefore });
      await cluster.#listen();
      return cluster;
    } catch (error) {
      if (!ranBefore) await stopEngines(enginesDir(stateDir));
      throw error;
    }
  }

  get engines(): EnginesState {
    return this.#input.engines;
  }

  get pooled(): boolean {
    return this.#input.pooler !== undefined;
  }

  get hasBackOffice(): boolean {
    return this.#input.staticDir !== undefined;
  }

  /** What a release's hooks do before any new pod: of each service the shared schema, then the tenants'. */
  async migrate(version: Version): Promise<void> {
    for (const service of SERVICES)
      await this.#once(service, version, 'migrate.ts', ['--shared', '--tenants', '--json']);
  }

  /** What the last hook of a release does, and of a roll-back: it names the build of the workflows that is wanted. */
  async promote(version: Version): Promise<void> {
    // Versions from before workers had any take whatever there is.
    if (!existsSync(scriptOf('workflows', version, 'promote.ts'))) return;
    await this.#once('workflows', version, 'promote.ts', ['--json']);
  }

  /** Everything at this version, all at once; afterwards the `nexus` command finds it. */
  async deploy(version: Version): Promise<void> {
    await Promise.all(this.deployments.map((deployment) => deployment.start(version)));
    this.#publish();
  }

  /** Ends every pod, then what else was started here. Gives how those ended that did not end well. */
  async stop(): Promise<string[]> {
    const ended = await Promise.allSettled(
      this.deployments.map(async (deployment) => {
        const endings = await deployment.stop();
        return endings.filter(({ how }) => how !== 'exited with 0').map(({ how }) => `${deployment.process} ${how}`);
      }),
    );
    await Promise.allSettled([...this.#services.values()].map((service) => service.close()));
    if (!this.#enginesRanBefore) await stopEngines(enginesDir(this.#options.stateDir));
    return ended.flatMap((one) => (one.status === 'fulfilled' ? one.value : [String(one.reason)]));
  }

  async #listen(): Promise<void> {
    const { chart, propagationMs, signal } = this.#options;
    for (const process of PROCESSES) {
      // Nobody connects to the workflow worker but the kubelet and Prometheus.
      const service = process === 'workflows' ? undefined : await ClusterService.listen(this.#input.ports[process]);
      if (service !== undefined) this.#services.set(process, service);
      const startPod = (version: Version): Promise<Pod> => this.#startPod(process, version);
      this.deployments.push(new Deployment({ process, service, chart, propagationMs, startPod, signal }));
    }
  }

  /** Runs one of a process's other programs to its end. */
  async #once(process: PlatformProcess, version: Version, file: string, options: readonly string[]): Promise<void> {
    this.#options.signal.throwIfAborted();
    const { args, command, env } = await this.#launch(process, version, {});
    const flags = args.filter((arg) => arg.startsWith('--'));
    const program = [...flags, scriptOf(process, version, file), ...options];
    await runCommand(command, program, { env, timeoutMs: HOOK_TIMEOUT_MS });
  }

  async #startPod(process: PlatformProcess, version: Version): Promise<Pod> {
    const port = await this.#ports.choose(process, undefined);
    const metricsPort = await this.#ports.choose(`${process}, metrics`, undefined);
    const { chart, stateDir } = this.#options;
    const launch = await this.#launch(process, version, {
      NEXUS_HTTP_PORT: String(port),
      NEXUS_METRICS_PORT: String(metricsPort),
      NEXUS_DRAIN_MS: String(chart.drainMs),
      NEXUS_STOP_GRACE_MS: String(chart.stopGraceMs),
      NEXUS_STOP_TIMEOUT_MS: String(chart.stopTimeoutMs),
      NEXUS_MIGRATE_SHARED: 'false',
      NEXUS_MIGRATE_TENANTS: 'false',
    });
    const log = join(podsDir(stateDir), 'logs', `${process}.log`);
    return Pod.start({ process, version: version.name, port, launch }, log, this.#records);
  }

  /** As the laptop starts it (its Service's address is in everybody's environment), with what a pod has of its own. */
  async #launch(process: PlatformProcess, version: Version, own: Readonly<Record<string, string>>): Promise<Launch> {
    const specs = platformTopology({ ...this.#input, rootOf: version.rootOf });
    const spec = specs.find(({ name }) => name === process);
    if (spec === undefined) throw new Error(`the topology has no ${process}`);
    const launch = await spec.prepare();
    return { ...launch, env: { ...launch.env, ...identityOf(version), ...bundleOf(process, version), ...own } };
  }
}

/** By what a version is told apart: in traces, and as a build of the workflows, which has the work when it is promoted. */
const identityOf = ({ name }: Version): Readonly<Record<string, string>> => ({
  NEXUS_VERSION: name,
  NEXUS_BUILD_ID: name,
  NEXUS_WORKER_VERSIONING: 'release',
});

/** An image's worker has its code bundled, and no bundler. */
function bundleOf(process: PlatformProcess, version: Version): Readonly<Record<string, string>> {
  const bundle = join(version.rootOf(process), IMAGE_BUNDLE);
  return process === 'workflows' && existsSync(bundle) ? { NEXUS_WORKFLOWS_BUNDLE_FILE: bundle } : {};
}

const scriptOf = (process: PlatformProcess, version: Version, file: string): string =>
  join(version.rootOf(process), process === 'workflows' ? 'workflows/src' : `services/${process}/src`, file);

const podsDir = (stateDir: string): string => join(platformDir(stateDir), 'pods');

async function endLeftOvers(stateDir: string): Promise<void> {
  const records = new RunRecords(podsDir(stateDir));
  for (const name of records.names()) {
    const record = records.read(name);
    if (record !== undefined && isAlive(record))
      await endProcess(record, { signal: 'SIGTERM', graceMs: LEFT_OVER_GRACE_MS, what: name });
    records.remove(name);
  }
}
