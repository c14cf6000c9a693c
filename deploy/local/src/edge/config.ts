import { resolve } from 'node:path';
import { z } from 'zod';

const UPSTREAM_PREFIX = 'NEXUS_EDGE_UPSTREAM_';

export interface EdgeConfig {
  host: string;
  port: number;
  /** The built back office; without it only the upstreams are served. */
  staticDir: string | undefined;
  keycloakUrl: string;
  /** service name → its own origin */
  services: ReadonlyMap<string, string>;
  /** A connection on which nothing moves for so long is given up; live streams send something more often. */
  idleTimeoutMs: number;
  /** Running requests have this long to end when the edge is told to stop. */
  drainTimeoutMs: number;
}

const environmentSchema = z.object({
  NEXUS_HTTP_HOST: z.string().default('127.0.0.1'),
  NEXUS_HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  NEXUS_EDGE_STATIC_DIR: z.string().optional(),
  NEXUS_EDGE_KEYCLOAK_URL: z.url(),
  NEXUS_EDGE_IDLE_TIMEOUT_MS: z.coerce.number().int().positive().default(120_000),
  NEXUS_EDGE_DRAIN_TIMEOUT_MS: z.coerce.number().int().positive().default(10_000),
});

/** The one place where the edge reads its environment. `NEXUS_EDGE_UPSTREAM_SALES=http://…` serves `/api/sales`. */
export function readEdgeConfig(env: NodeJS.ProcessEnv): EdgeConfig {
  const parsed = environmentSchema.parse(env);
  const services = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(UPSTREAM_PREFIX) || !value) continue;
    const service = name.slice(UPSTREAM_PREFIX.length).toLowerCase().replaceAll('_', '-');
    services.set(service, new URL(value).origin);
  }
  const staticDir = parsed.NEXUS_EDGE_STATIC_DIR;
  return {
    host: parsed.NEXUS_HTTP_HOST,
    port: parsed.NEXUS_HTTP_PORT,
    staticDir: staticDir ? resolve(staticDir) : undefined,
    keycloakUrl: new URL(parsed.NEXUS_EDGE_KEYCLOAK_URL).origin,
    services,
    idleTimeoutMs: parsed.NEXUS_EDGE_IDLE_TIMEOUT_MS,
    drainTimeoutMs: parsed.NEXUS_EDGE_DRAIN_TIMEOUT_MS,
  };
}
