import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SERVICES, type ServiceName } from '@nexus/contracts';
import { z } from 'zod';
import { runDaemon, type Workload } from './daemon.ts';
import { ensureServiceDatabases } from './databases.ts';
import { RememberedPorts } from './engines/remembered-ports.ts';
import { Secrets } from './engines/secrets.ts';
import { readEnginesState } from './engines/state.ts';
import { checkoutDir } from './paths.ts';
import { enginesDir, platformDir, writePlatformState } from './platform-state.ts';
import { isAlive } from './process/identity.ts';
import { RunRecords } from './process/run-records.ts';
import { withProgress, type Progress } from './progress.ts';
import { initialPassword, ownEnvironment, servicePasswords } from './service-environment.ts';
import { requirePooler } from './pooler.ts';
import { platformTopology, type PlatformPorts, type TopologyInput } from './topology.ts';

// The supervisor of services, workers and edge: `platform-daemon-main.ts STATE_DIR OPTIONS_AS_JSON`, started by `up`.
const optionsSchema = z.strictObject({
  split: z.boolean(),
  pooled: z.boolean(),
  logLevel: z.string(),
  otlpUrl: z.url().optional(),
});

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

async function compose(stateDir: string, optionsText: string, progress: Progress): Promise<Workload> {
  const { split, pooled, logLevel, otlpUrl } = optionsSchema.parse(JSON.parse(optionsText));
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
    specs: platformTopology(input),
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

function describeService(input: TopologyInput, service: ServiceName) {
  const own = ownEnvironment(input, service, input.ports[service]);
  return {
    url: `http://127.0.0.1:${input.ports[service]}`,
    databaseUrl: own['NEXUS_DATABASE_URL'] ?? '',
    provisionerDatabaseUrl: own['NEXUS_PROVISIONER_DATABASE_URL'] ?? '',
  };
}

const [, , stateDirArgument = '', optionsArgument = '{}'] = process.argv;
const stateDir = resolve(stateDirArgument);
await runDaemon(platformDir(stateDir), (progress) => compose(stateDir, optionsArgument, progress));
