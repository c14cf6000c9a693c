import { z } from 'zod';

export const ENGINE_NAMES = ['postgres', 'nats', 'temporal', 'temporal-ui', 'keycloak', 'pgbouncer'] as const;
export const engineNameSchema = z.enum(ENGINE_NAMES);
export type EngineName = z.infer<typeof engineNameSchema>;

export const DEFAULT_EDGE_ORIGIN = 'http://127.0.0.1:8080';

const port = z.number().int().min(0).max(65_535).optional();

/** What a set of engines is started with. A port of 0, or none, means: choose a free one and keep it. */
export const engineOptionsSchema = z.strictObject({
  only: z.array(engineNameSchema).optional(),
  edgeOrigin: z.url().default(DEFAULT_EDGE_ORIGIN),
  natsSyncInterval: z.string().default('always'),
  ports: z
    .strictObject({
      postgres: port,
      nats: port,
      natsMonitor: port,
      temporal: port,
      temporalUi: port,
      keycloak: port,
      pgbouncer: port,
    })
    .prefault({}),
});

export type EngineOptions = z.infer<typeof engineOptionsSchema>;
export type EngineOptionsInput = z.input<typeof engineOptionsSchema>;

const NEEDS: Record<EngineName, readonly EngineName[]> = {
  postgres: [],
  nats: [],
  temporal: ['postgres'],
  'temporal-ui': ['temporal'],
  keycloak: ['postgres'],
  pgbouncer: ['postgres'],
};

/** The engines to start, with those they cannot do without. */
export function withNeeded(names: readonly EngineName[]): Set<EngineName> {
  const all = new Set<EngineName>();
  const add = (name: EngineName) => {
    if (all.has(name)) return;
    all.add(name);
    NEEDS[name].forEach(add);
  };
  names.forEach(add);
  return all;
}

/** Engines that run elsewhere and are only used: the address replaces the process. */
export interface ConfiguredEngines {
  postgresUrl?: string;
  natsUrl?: string;
  temporalAddress?: string;
}

export function configuredEngines(env: NodeJS.ProcessEnv = process.env): ConfiguredEngines {
  const configured: ConfiguredEngines = {};
  const postgresUrl = env['NEXUS_ENGINE_POSTGRES_URL'];
  const natsUrl = env['NEXUS_ENGINE_NATS_URL'];
  const temporalAddress = env['NEXUS_ENGINE_TEMPORAL_ADDRESS'];
  if (postgresUrl) configured.postgresUrl = postgresUrl;
  if (natsUrl) configured.natsUrl = natsUrl;
  if (temporalAddress) configured.temporalAddress = temporalAddress;
  return configured;
}
