import { z } from 'zod';
import { PROCESSES, variablesOf, type ProcessName } from '../arrows/settings.ts';

/*
 * The values of the chart. Strict everywhere: a misspelt name is refused before anything is rendered. What Kubernetes
 * itself describes (peers, tolerations, resources' units) is left to the strict schemas of Kubernetes.
 */

const quantity = z.string().regex(/^\d+(\.\d+)?(m|k|M|G|Ki|Mi|Gi)?$/);
const name = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/);
const optionalName = z.union([z.literal(''), name]);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** Names a version: `latest`, `stable` and the like have no digit. Go's expressions, which Helm uses, look nowhere ahead. */
const tag = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9._-]*[0-9][A-Za-z0-9._-]*$/);
const hostPort = z.string().regex(/^[A-Za-z0-9.-]+:\d{1,5}$/);
const address = z.string().regex(/^https?:\/\/[^\s@]+$/);
const milliseconds = z.number().int().min(0).max(600_000);
const strings = z.record(z.string(), z.string());
/** As Kubernetes describes it. */
const foreign = z.record(z.string(), z.unknown());
const peers = z.array(foreign).min(1);

const amounts = z.strictObject({ cpu: quantity, memory: quantity });
const resources = z.strictObject({ requests: amounts, limits: amounts });
const replicas = z.number().int().min(1).max(200);

/** A variable of the process that the chart does not set by itself may be given here, under the name that it reads. */
const settings = (process: ProcessName) =>
  z.strictObject(
    Object.fromEntries([...variablesOf(process)].sort().map((variable) => [variable, z.string().optional()])),
  );

const perProcess = {
  replicas,
  autoscaling: z.strictObject({
    enabled: z.boolean(),
    minReplicas: replicas,
    maxReplicas: replicas,
    cpuPercent: z.number().int().min(10).max(95),
  }),
  resources,
  heapMegabytes: z.number().int().min(64).max(16_384),
  startupSeconds: z.number().int().min(10).max(1_800),
  podAnnotations: strings,
};

/** Any part of it may be left to the defaults. */
const ofOneProcess = {
  ...perProcess,
  resources: z.strictObject({ requests: amounts.partial(), limits: amounts.partial() }).partial(),
  autoscaling: perProcess.autoscaling.partial(),
};

const everyVariable = [...new Set(PROCESSES.flatMap((process) => variablesOf(process)))];
const commonVariables = everyVariable.filter((variable) =>
  PROCESSES.every((one) => variablesOf(one).includes(variable)),
);

const processes = Object.fromEntries(
  PROCESSES.map((process) => [process, z.strictObject({ ...ofOneProcess, settings: settings(process) }).partial()]),
);

const engine = z.strictObject({ port: z.number().int().min(1).max(65_535), to: peers });
const job = z.strictObject({
  timeoutSeconds: z.number().int().min(30).max(86_400),
  retries: z.number().int().min(0).max(100),
});

export const valuesSchema = z.strictObject({
  fullnameOverride: z.string().max(40),
  environment: z.enum(['development', 'staging', 'production']),
  host: name,
  image: z.strictObject({
    registry: z.union([z.literal(''), z.string().regex(/^[^\s/].*[^\s/]$/)]),
    repository: z.string().min(1),
    tag: z.union([z.literal(''), tag]),
    digests: z.strictObject(Object.fromEntries(PROCESSES.map((process) => [process, digest.optional()]))),
    pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
    pullSecrets: z.array(name),
  }),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  engines: z.strictObject({
    postgres: z.strictObject({
      host: name,
      port: z.number().int().min(1).max(65_535),
      caSecret: z.strictObject({ name: optionalName, key: z.string().min(1) }),
    }),
    nats: z.strictObject({ servers: z.array(hostPort).min(1).max(16), user: z.string().min(1) }),
    temporal: z.strictObject({ address: hostPort, namespace: z.string().min(1) }),
    keycloak: z.strictObject({
      url: address,
      realm: z.string().min(1),
      clientId: z.string().min(1),
      issuer: z.union([z.literal(''), address]),
    }),
  }),
  secrets: z.strictObject({
    mode: z.enum(['existing', 'external', 'values']),
    names: z.strictObject(Object.fromEntries([...PROCESSES, 'pgbouncer'].map((process) => [process, name.optional()]))),
    tokenKeys: z.strictObject({ secretName: optionalName, key: z.string().min(1) }),
    external: z.strictObject({
      store: z.strictObject({ kind: z.enum(['SecretStore', 'ClusterSecretStore']), name: optionalName }),
      keyPrefix: z.string(),
      refreshInterval: z.string().regex(/^\d+[smh]$/),
    }),
    values: z
      .strictObject({
        'database-password': z.string().min(1),
        'provisioner-password': z.string().min(1),
        'nats-password': z.string().min(1),
        'keycloak-client-secret': z.string().min(1),
        'otlp-url': z.string().min(1),
      })
      .partial(),
  }),
  telemetry: z.strictObject({ otlp: z.strictObject({ enabled: z.boolean() }) }),
  network: z.strictObject({ trustEdge: z.string().min(1), trustIngress: z.string() }),
  shutdown: z.strictObject({
    drainMs: milliseconds.max(60_000),
    stopGraceMs: milliseconds.max(300_000),
    stopTimeoutMs: milliseconds.min(1_000),
    terminationGracePeriodSeconds: z.number().int().min(10).max(900),
  }),
  scheduling: z.strictObject({
    priorityClassName: optionalName,
    nodeSelector: strings,
    tolerations: z.array(foreign),
  }),
  processDefaults: z.strictObject({
    ...perProcess,
    settings: z.strictObject(Object.fromEntries(commonVariables.sort().map((one) => [one, z.string().optional()]))),
  }),
  processes: z.strictObject(processes),
  migrations: z.strictObject({
    shared: job,
    tenants: z.strictObject({ ...job.shape, beforeRelease: z.boolean() }),
    heapMegabytes: z.number().int().min(64).max(16_384),
    resources,
  }),
  promotion: z.strictObject({
    ...job.shape,
    takeOverWaitMs: milliseconds,
    heapMegabytes: z.number().int().min(64).max(16_384),
    resources,
  }),
  pgbouncer: z.strictObject({
    enabled: z.boolean(),
    replicas,
    image: z.strictObject({ repository: z.string().min(1), tag, digest: z.union([z.literal(''), digest]) }),
    maxClientConnections: z.number().int().min(10).max(100_000),
    poolSize: z.number().int().min(1).max(1_000),
    reservePoolSize: z.number().int().min(0).max(1_000),
    resources,
  }),
  ingress: z.strictObject({
    enabled: z.boolean(),
    className: optionalName,
    annotations: strings,
    tlsSecret: optionalName,
  }),
  networkPolicy: z.strictObject({
    enabled: z.boolean(),
    dns: peers,
    ingressController: peers,
    prometheus: peers,
    engines: z.strictObject({
      postgres: engine,
      nats: engine,
      temporal: engine,
      keycloak: engine,
      collector: engine,
    }),
  }),
  monitoring: z.strictObject({
    labels: strings,
    serviceMonitors: z.strictObject({ enabled: z.boolean(), interval: z.string().regex(/^\d+[sm]$/) }),
    rules: z.strictObject({ enabled: z.boolean() }),
    dashboards: z.strictObject({ enabled: z.boolean(), labels: strings }),
  }),
});

/** The schema as Helm reads it: what a values file may hold once the defaults of `values.yaml` are under it. */
export function valuesJsonSchema(): string {
  const schema = z.toJSONSchema(valuesSchema, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ ...schema, title: 'Values of the chart nexus' }, undefined, 2)}\n`;
}
