import { SERVICES } from '@nexus/contracts';
import { edgeSettings } from '@nexus/edge';
import { service as catalog } from '@nexus/service-catalog';
import { service as identity } from '@nexus/service-identity';
import { service as inventory } from '@nexus/service-inventory';
import { migrateConfig, runConfig, variableName } from '@nexus/service-kit';
import { service as sales } from '@nexus/service-sales';
import { service as sync } from '@nexus/service-sync';
import { Sensitive } from '@nexus/telemetry';
import { promoteConfig, worker as workflows } from '@nexus/workflows';
import { z } from 'zod';

export const PROCESSES = [...SERVICES, 'workflows', 'edge'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** One setting of a process, as the schema has it that the process reads its environment with. */
export interface Setting {
  /** The variable, and other names that do as well. */
  readonly names: readonly [string, ...string[]];
  readonly required: boolean;
  /** Its value must never stand in a ConfigMap. */
  readonly secret: boolean;
  /** Where it is not set, this process and its neighbours on one machine: never what a cluster means. */
  readonly loopback: boolean;
}

export const CONFIGS: Readonly<Record<Exclude<ProcessName, 'edge'>, z.ZodType>> = {
  identity: identity.config,
  catalog: catalog.config,
  sync: sync.config,
  sales: sales.config,
  inventory: inventory.config,
  workflows: workflows.config,
};

export function settingsOf(process: ProcessName): readonly Setting[] {
  if (process === 'edge') return edgeSettingsByName();
  return fromShape({ ...runConfig.shape, ...shapeOf(CONFIGS[process]) }, (name) => [variableName(name)]);
}

/** What a Job that migrates is told. */
export const migrationSettings = (): readonly Setting[] =>
  fromShape(migrateConfig.shape, (name) => [variableName(name)]);

/** What the Job is told that names the build of the workflows. */
export const promotionSettings = (): readonly Setting[] =>
  fromShape(promoteConfig.shape, (name) => [variableName(name)]);

/** Every name by which a process can be told something. */
export const variablesOf = (process: ProcessName): readonly string[] =>
  settingsOf(process).flatMap(({ names }) => names);

/** Common names, and the edge's own, which win; besides them the address of each service. */
function edgeSettingsByName(): readonly Setting[] {
  const upstreams = SERVICES.map((service) => `NEXUS_EDGE_UPSTREAM_${service.toUpperCase()}`);
  return [
    ...fromShape(edgeSettings.shape, (name) => [`NEXUS_${name}`, `NEXUS_EDGE_${name}`]),
    ...upstreams.map((variable) => ({ names: [variable] as [string], required: true, secret: false, loopback: false })),
  ];
}

function shapeOf(config: z.ZodType): z.ZodRawShape {
  if (config instanceof z.ZodObject) return config.shape;
  throw new TypeError('the settings of a process are an object');
}

function fromShape(shape: z.ZodRawShape, namesOf: (setting: string) => [string, ...string[]]): Setting[] {
  return Object.entries(shape).map(([name, schema]) => ({
    names: namesOf(name),
    required: !z.safeParse(schema, undefined).success,
    secret: z.safeParse(schema, 'x').data instanceof Sensitive,
    loopback: /127\.0\.0\.1|localhost|loopback/.test(String(z.safeParse(schema, undefined).data)),
  }));
}
