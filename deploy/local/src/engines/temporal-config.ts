import type { PostgresAddress } from './context.ts';

/** Ports of the one process that plays all four roles. */
export interface TemporalPorts {
  frontend: number;
  frontendHttp: number;
  frontendMembership: number;
  history: number;
  historyMembership: number;
  matching: number;
  matchingMembership: number;
  worker: number;
  workerMembership: number;
}

export const TEMPORAL_PORT_NAMES = [
  ...['frontend', 'frontendHttp', 'frontendMembership', 'history', 'historyMembership'],
  ...['matching', 'matchingMembership', 'worker', 'workerMembership'],
] as readonly (keyof TemporalPorts)[];

/** Fixed when the database is made; a handful serves a laptop and keeps its idle polling low. */
const HISTORY_SHARDS = 8;

interface TemporalConfigInput {
  postgres: PostgresAddress;
  user: string;
  password: string;
  ports: TemporalPorts;
  dynamicConfigFile: string;
}

export function temporalConfig({ postgres, user, password, ports, dynamicConfigFile }: TemporalConfigInput): object {
  const store = (databaseName: string, maxConns: number) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `${postgres.host}:${postgres.port}`,
      connectProtocol: 'tcp',
      user,
      password,
      maxConns,
      maxIdleConns: maxConns,
      maxConnLifetime: '1h',
    },
  });
  const rpc = (grpcPort: number, membershipPort: number, more: object = {}) => ({
    rpc: { grpcPort, membershipPort, bindOnLocalHost: true, ...more },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: HISTORY_SHARDS,
      datastores: { default: store('temporal', 24), visibility: store('temporal_visibility', 8) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: {
      frontend: rpc(ports.frontend, ports.frontendMembership, { httpPort: ports.frontendHttp }),
      history: rpc(ports.history, ports.historyMembership),
      matching: rpc(ports.matching, ports.matchingMembership),
      worker: rpc(ports.worker, ports.workerMembership),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${ports.frontend}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfigFile, pollInterval: '60s' },
  };
}

/**
 * Settings that keep an idle server quiet: fewer partitions that are polled for nothing, longer pauses between looks
 * into empty queues (new work does not wait for them, it wakes them), no scanners over a laptop's few workflows.
 */
export function temporalDynamicConfig(): object {
  const values: Record<string, unknown> = {
    'matching.numTaskqueueReadPartitions': 1,
    'matching.numTaskqueueWritePartitions': 1,
    'frontend.namespaceRPS': 20_000,
    'frontend.namespaceCount': 10_000,
    'history.transferProcessorMaxPollInterval': '5m',
    'history.timerProcessorMaxPollInterval': '5m',
    'history.visibilityProcessorMaxPollInterval': '5m',
    'history.outboundProcessorMaxPollInterval': '5m',
    'worker.executionsScannerEnabled': false,
    'worker.taskQueueScannerEnabled': false,
    'limit.maxIDLength': 255,
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [{ value }]]));
}
