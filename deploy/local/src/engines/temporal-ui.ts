import { join } from 'node:path';
import { baseEnvironment, type Launch, type ProcessSpec } from '../process/spec.ts';
import { provideBinary } from '../provide/index.ts';
import { writeFileAtomically } from '../write-file-atomically.ts';
import { engineDir, type EngineContext } from './context.ts';

export interface TemporalUiEngine {
  spec: ProcessSpec;
  url: string;
}

/** The web page on which a person watches workflows. */
export function temporalUiEngine(
  context: EngineContext,
  temporalAddress: string,
  port: number,
  namespace: string,
): TemporalUiEngine {
  const url = `http://127.0.0.1:${port}`;
  const spec: ProcessSpec = {
    name: 'temporal-ui',
    dependsOn: ['temporal'],
    prepare: () => prepare(context, temporalAddress, port, namespace),
    isReady: async () => (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).ok,
    startTimeoutMs: 30_000,
    stopSignal: 'SIGTERM',
    stopGraceMs: 10_000,
  };
  return { spec, url };
}

async function prepare(
  context: EngineContext,
  temporalAddress: string,
  port: number,
  namespace: string,
): Promise<Launch> {
  const { 'temporal-ui-server': program = '' } = await provideBinary('temporalUi', context.progress);
  const dir = engineDir(context, 'temporal-ui');
  const config = {
    host: '127.0.0.1',
    port,
    temporalGrpcAddress: temporalAddress,
    defaultNamespace: namespace,
    enableUi: true,
    // It asks the internet for news otherwise.
    disableNewsFetch: true,
    notifyOnNewVersion: false,
    refreshInterval: '1m',
    cors: { allowOrigins: [`http://127.0.0.1:${port}`] },
  };
  writeFileAtomically(join(dir, 'nexus.yaml'), JSON.stringify(config, null, 2));
  const args = ['--root', dir, '--config', '.', '--env', 'nexus', 'start'];
  return { command: program, args, env: baseEnvironment(), cwd: dir };
}
