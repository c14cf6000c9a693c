import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { chartDir } from '../paths.ts';

export const ENVIRONMENTS = ['dev', 'staging', 'production'] as const;

/** One way to render the chart: a values file of the chart, and what is changed on top of it. */
export interface Variant {
  readonly name: string;
  readonly environment: (typeof ENVIRONMENTS)[number];
  /** As `--set` takes it. */
  readonly set?: Readonly<Record<string, string>>;
}

export const SHIPPED: readonly Variant[] = ENVIRONMENTS.map((environment) => ({ name: environment, environment }));

/** Every switch in both positions, so that no template is left unrendered. */
export const VARIANTS: readonly Variant[] = [
  ...SHIPPED,
  { name: 'dev without a pooler', environment: 'dev', set: { 'pgbouncer.enabled': 'false' } },
  {
    name: 'dev with traces',
    environment: 'dev',
    set: { 'telemetry.otlp.enabled': 'true', 'secrets.values.otlp-url': 'http://collector:4318' },
  },
  {
    name: 'staging, tenants beside the release',
    environment: 'staging',
    set: { 'migrations.tenants.beforeRelease': 'false' },
  },
  {
    name: 'staging without policies, ingress and monitoring',
    environment: 'staging',
    set: {
      'networkPolicy.enabled': 'false',
      'ingress.enabled': 'false',
      'monitoring.serviceMonitors.enabled': 'false',
      'monitoring.rules.enabled': 'false',
      'monitoring.dashboards.enabled': 'false',
    },
  },
  {
    name: 'production by digests',
    environment: 'production',
    set: {
      'image.digests.sales': `sha256:${'a'.repeat(64)}`,
      'image.digests.workflows': `sha256:${'b'.repeat(64)}`,
      'image.tag': '1.2.3',
    },
  },
];

export const valuesFile = (environment: Variant['environment']): string => join(chartDir, `values-${environment}.yaml`);

type Values = Record<string, unknown>;

/** The values of a variant as Helm merges them, without `--set`. */
export function valuesOf({ environment }: Variant): Values {
  const read = (file: string) => parse(readFileSync(file, 'utf8')) as Values;
  return merged(read(join(chartDir, 'values.yaml')), read(valuesFile(environment)));
}

function merged(under: Values, over: Values): Values {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isMap(value) && isMap(below) ? merged(below, value) : value;
  }
  return result;
}

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);
