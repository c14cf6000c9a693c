import { resolve } from 'node:path';
import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

export interface EdgeConfig {
  host: string;
  port: number;
  /** Where Prometheus asks: a listener of its own. Absent: there is none. */
  metrics: { host: string; port: number } | undefined;
  logLevel: string;
  /** The built back office; without it only the upstreams are served. */
  staticDir: string | undefined;
  keycloakUrl: string;
  /** service name → its own origin */
  services: ReadonlyMap<string, string>;
  /** Peers whose `x-forwarded-*` are believed: addresses, networks, `loopback`. Nobody's unless named. */
  trustProxy: readonly string[];
  /** A connection on which nothing moves for so long is given up; live streams send something more often. */
  idleTimeoutMs: number;
  /** After SIGTERM: how long the edge says "not ready" before it closes its door, so that routers notice. */
  drainMs: number;
  /** How long running requests may take after that. */
  stopGraceMs: number;
  /** Longest that a stop may take in all; after it the process ends with a failure. */
  stopTimeoutMs: number;
}

const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const port = count(0, 65_535);

export const settingsSchema = z.object({
  HTTP_HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: port.default(8080),
  HTTP_TRUST_PROXY: z.string().default(''),
  METRICS_HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: port.optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  STATIC_DIR: z.string().optional(),
  KEYCLOAK_URL: z.url(),
  IDLE_TIMEOUT_MS: count(1, 3_600_000).default(120_000),
  DRAIN_MS: count(0, 60_000).default(0),
  STOP_GRACE_MS: count(0, 300_000).default(10_000),
  STOP_TIMEOUT_MS: count(1_000, 600_000).default(30_000),
});

const PREFIX = 'NEXUS_';
const OWN_PREFIX = 'NEXUS_EDGE_';
const UPSTREAM = 'UPSTREAM_';

/** Settings that are not usable; the message names each variable and no value. */
export class EdgeConfigError extends Error {
  override readonly name = 'EdgeConfigError';
}

/** The environment of the process. */
export const environment: Environment = process.env;

/**
 * The one place where the edge reads its environment. As in every process, `NEXUS_EDGE_HTTP_PORT` wins over
 * `NEXUS_HTTP_PORT` and empty is absent. `NEXUS_EDGE_UPSTREAM_SALES=http://…` serves `/api/sales`.
 */
export function readEdgeConfig(env: Environment): EdgeConfig {
  const settings = { ...withPrefix(env, PREFIX), ...withPrefix(env, OWN_PREFIX) };
  const parsed = settingsSchema.safeParse(settings);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `  ${PREFIX}${String(path[0])}: ${message}`);
    throw new EdgeConfigError(`the edge cannot start with these settings:\n${lines.join('\n')}`);
  }
  const { data } = parsed;
  return {
    host: data.HTTP_HOST,
    port: data.HTTP_PORT,
    metrics: data.METRICS_PORT === undefined ? undefined : { host: data.METRICS_HOST, port: data.METRICS_PORT },
    logLevel: data.LOG_LEVEL,
    staticDir: data.STATIC_DIR === undefined ? undefined : resolve(data.STATIC_DIR),
    keycloakUrl: new URL(data.KEYCLOAK_URL).origin,
    services: upstreams(settings),
    trustProxy: data.HTTP_TRUST_PROXY.split(',')
      .map((peer) => peer.trim())
      .filter((peer) => peer !== ''),
    idleTimeoutMs: data.IDLE_TIMEOUT_MS,
    drainMs: data.DRAIN_MS,
    stopGraceMs: data.STOP_GRACE_MS,
    stopTimeoutMs: data.STOP_TIMEOUT_MS,
  };
}

function withPrefix(env: Environment, prefix: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith(prefix) && value !== undefined && value !== '') settings[name.slice(prefix.length)] = value;
  }
  return settings;
}

function upstreams(settings: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const services = new Map<string, string>();
  for (const [name, value] of Object.entries(settings)) {
    if (!name.startsWith(UPSTREAM)) continue;
    if (!URL.canParse(value)) throw new EdgeConfigError(`${OWN_PREFIX}${name} is no address`);
    services.set(name.slice(UPSTREAM.length).toLowerCase().replaceAll('_', '-'), new URL(value).origin);
  }
  return services;
}
