import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { baseEnvironment, type Launch, type ProcessSpec } from '../process/spec.ts';
import { provideBinary } from '../provide/index.ts';
import { writeFileAtomically } from '../write-file-atomically.ts';
import { engineDir, type EngineContext } from './context.ts';

const USER = 'nexus';
const MAX_PAYLOAD_BYTES = 4 * 1024 ** 2;

export interface NatsOptions {
  port: number;
  monitorPort: number;
  /** How often JetStream calls fsync: "always" loses nothing that was acknowledged, even when the machine dies. */
  syncInterval?: string;
}

export interface NatsEngine {
  spec: ProcessSpec;
  url: string;
  monitorUrl: string;
}

/** NATS with JetStream, its store under the state folder. */
export function natsEngine(context: EngineContext, options: NatsOptions): NatsEngine {
  const password = context.secrets.get('nats.nexus');
  const monitorUrl = `http://127.0.0.1:${options.monitorPort}`;
  const spec: ProcessSpec = {
    name: 'nats',
    dependsOn: [],
    prepare: () => prepare(context, options, password),
    isReady: async () => (await fetch(`${monitorUrl}/healthz`, { signal: AbortSignal.timeout(2_000) })).ok,
    startTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopGraceMs: 15_000,
  };
  return { spec, monitorUrl, url: `nats://${USER}:${password}@127.0.0.1:${options.port}` };
}

async function prepare(context: EngineContext, options: NatsOptions, password: string): Promise<Launch> {
  const { 'nats-server': program = '' } = await provideBinary('nats', context.progress);
  const dir = engineDir(context, 'nats');
  await mkdir(join(dir, 'jetstream'), { recursive: true });
  const config = join(dir, 'nats.conf');
  // The server's own format is a superset of JSON.
  writeFileAtomically(
    config,
    JSON.stringify(
      {
        server_name: 'nexus-local',
        host: '127.0.0.1',
        port: options.port,
        http: `127.0.0.1:${options.monitorPort}`,
        max_payload: MAX_PAYLOAD_BYTES,
        jetstream: { store_dir: join(dir, 'jetstream'), sync_interval: options.syncInterval ?? 'always' },
        authorization: { users: [{ user: USER, password }] },
      },
      null,
      2,
    ),
  );
  return { command: program, args: ['--config', config], env: baseEnvironment(), cwd: dir };
}
