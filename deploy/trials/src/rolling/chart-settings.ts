import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutDir } from '@nexus/local';
import { parse } from 'yaml';
import { z } from 'zod';

export const ENVIRONMENTS = ['dev', 'staging', 'production'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** A probe as the kubelet asks it. */
export interface ProbeSettings {
  readonly path: string;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
}

/** What the chart says of starting and stopping a pod. */
export interface ChartSettings {
  readonly drainMs: number;
  readonly stopGraceMs: number;
  readonly stopTimeoutMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly terminationGraceMs: number;
  readonly startup: ProbeSettings;
  readonly readiness: ProbeSettings;
}

const seconds = z
  .int()
  .positive()
  .transform((value) => value * 1000);
const valuesSchema = z.object({
  shutdown: z.object({
    drainMs: z.int().nonnegative(),
    stopGraceMs: z.int().nonnegative(),
    stopTimeoutMs: z.int().positive(),
    terminationGracePeriodSeconds: seconds,
  }),
  processDefaults: z.object({ startupSeconds: z.int().positive() }),
});
const probeSchema = z.object({
  httpGet: z.object({ path: z.string(), port: z.literal('http') }),
  periodSeconds: seconds,
  timeoutSeconds: seconds,
  failureThreshold: z.int().positive(),
});
const strategySchema = z.object({ maxSurge: z.literal(1), maxUnavailable: z.literal(0) });

const chartDir = join(checkoutDir, 'helm/nexus');
const read = (...path: string[]): string => readFileSync(join(chartDir, ...path), 'utf8');

/** Read from the chart itself, so that what is tried here is what a cluster does. Fails where the chart says it otherwise. */
export function readChartSettings(environment: Environment): ChartSettings {
  return chartSettings({
    values: [read('values.yaml'), read(`values-${environment}.yaml`)],
    pod: read('templates', '_pod.tpl'),
    deployments: read('templates', 'deployments.yaml'),
  });
}

export interface ChartTexts {
  /** Later ones win. */
  readonly values: readonly string[];
  readonly pod: string;
  readonly deployments: string;
}

export function chartSettings({ values, pod, deployments }: ChartTexts): ChartSettings {
  // New first, one at a time or all at once, which is the same where there is one: what is imitated here is nothing else.
  const oneReplica = deployments.replace(/maxSurge: \{\{ ternary "100%" 1 [^}]*\}\}/, 'maxSurge: 1');
  strategySchema.parse(block(oneReplica, 'rollingUpdate'));
  const { shutdown, processDefaults } = valuesSchema.parse(values.map((text) => parse(text) as object).reduce(merged));
  const known = pod.replace(/\{\{ div \(int \$values\.startupSeconds\) (\d+) \}\}/g, (_, by: string) =>
    String(Math.floor(processDefaults.startupSeconds / Number(by))),
  );
  return {
    drainMs: shutdown.drainMs,
    stopGraceMs: shutdown.stopGraceMs,
    stopTimeoutMs: shutdown.stopTimeoutMs,
    terminationGraceMs: shutdown.terminationGracePeriodSeconds,
    startup: probe(known, 'startupProbe'),
    readiness: probe(known, 'readinessProbe'),
  };
}

function probe(text: string, name: string): ProbeSettings {
  const { httpGet, periodSeconds, timeoutSeconds, failureThreshold } = probeSchema.parse(block(text, name));
  return { path: httpGet.path, periodMs: periodSeconds, timeoutMs: timeoutSeconds, failureThreshold };
}

/** What stands under a key of a template, read as YAML: a part in which nothing is left to be rendered. */
function block(text: string, key: string): unknown {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.trim() === `${key}:`);
  if (at < 0) throw new Error(`the chart's template has no ${key}`);
  const depth = indentOf(lines[at] ?? '');
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => line.trim() !== '' && indentOf(line) <= depth);
  const inner = rest.slice(0, end < 0 ? undefined : end).join('\n');
  if (inner.includes('{{')) throw new Error(`the chart renders ${key} in a way that is not understood here`);
  return parse(inner);
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

type Values = Record<string, unknown>;
const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** As Helm merges values: maps into each other, everything else replaced. */
function merged(under: object, over: object): object {
  const result: Values = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isMap(value) && isMap(below) ? merged(below, value) : (value as unknown);
  }
  return result;
}
