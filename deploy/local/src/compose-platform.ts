import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES, type ServiceName } from '@nexus/contracts';
import { ensureServiceDatabases } from './databases.ts';
import { RememberedPorts } from './engines/remembered-ports.ts';
import { Secrets } from './engines/secrets.ts';
import { readEnginesState } from './engines/state.ts';
import { checkoutDir } from './paths.ts';
import { enginesDir, platformDir, writePlatformState } from './platform-state.ts';
import { requirePooler } from './pooler.ts';
import { isAlive } from './process/identity.ts';
import { RunRecords } from './process/run-records.ts';
import { withProgress, type Progress } from './progress.ts';
import { initialPassword, ownEnvironment, servicePasswords } from './service-environment.ts';
import type { PlatformPorts, TopologyInput } from './topology.ts';

/** How the platform's processes are to run. */
export interface PlatformMode {
  readonly split: boolean;
  readonly pooled: boolean;
  readonly logLevel: string;
  readonly otlpUrl?: string | undefined;
}

export interface ComposedPlatform {
  /** For `platformTopology`. */
  readonly input: TopologyInput;
  /** Writes down where the platform is: for the `nexus` command, once it is there. */
  readonly publish: () => void;
}

/** Makes what the platform's processes need beside running engines: ports, passwords, their databases. */
export async function composePlatform(
  stateDir: string,
  { split, pooled, logLevel, otlpUrl }: PlatformMode,
  progress: Progress,
): Promise<ComposedPlatform> {
  const dir = platformDir(stateDir);
  const engines = readEnginesState(enginesDir(stateDir));
  const secrets = new Secrets(dir);
  const staticDir = join(checkoutDir, 'backoffice/build');
  const input: TopologyInput = {
    ...{ split, logLevel, otlpUrl, engines, secrets, stateDir: dir },
    pooler: pooled ? requirePooler(engines) : undefined,
    ports: await choosePorts(dir, engines.edgeOrigin),
    staticDir: existsSync(staticDir) ? staticDir : undefined,
  };
  await withProgress(progress, 'preparing the databases of the services', () =>
    ensureServiceDatabases(engines.postgres.superuserUrl, SERVICES, servicePasswords(secrets)),
  );
  return {
    input,
    publish: () =>
      writePlatformState(stateDir, {
        version: 1,
        split,
        pooled,
        origin: engines.edgeOrigin,
        initialPassword: initialPassword(secrets),
        services: Object.fromEntries(SERVICES.map((service) => [service, describeService(input, service)])),
      }),
  };
}

async function choosePorts(stateDir: string, edgeOrigin: string): Promise<PlatformPorts> {
  const records = new RunRecords(stateDir);
  const ports = new RememberedPorts(stateDir, (owner) => {
    // In shared mode one process holds the ports of all services.
    const holders = [records.read(owner), records.read('platform')];
    return holders.some((record) => record !== undefined && isAlive(record));
  });
  const chosen: Partial<PlatformPorts> = {};
  for (const name of [...SERVICES, 'workflows'] as const) chosen[name] = await ports.choose(name, name, undefined);
  const { port, protocol } = new URL(edgeOrigin);
  chosen.edge = await ports.choose('edge', 'edge', Number(port || (protocol === 'https:' ? 443 : 80)));
  ports.save();
  return chosen as PlatformPorts;
}

function describeService(input: TopologyInput, service: ServiceName) {
  const own = ownEnvironment(input, service, input.ports[service]);
  return {
    url: `http://127.0.0.1:${input.ports[service]}`,
    databaseUrl: own['NEXUS_DATABASE_URL'] ?? '',
    provisionerDatabaseUrl: own['NEXUS_PROVISIONER_DATABASE_URL'] ?? '',
  };
}
