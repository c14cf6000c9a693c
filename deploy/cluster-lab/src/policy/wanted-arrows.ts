import { arrowsOfCode, type EngineName } from '../arrows/arrows.ts';
import { PROCESSES } from '../arrows/settings.ts';
import { environmentOf } from './environment.ts';
import type { NetworkValues } from './network.ts';
import type { Rendered } from './violation.ts';

const HTTP_PORT = 8080;
const METRICS_PORT = 9464;
const POOLER_PORT = 6432;
const DNS_PORT = 53;

/** What has to be allowed: the arrows of the code, as far as processes are told the address, and what a cluster adds to them. */
export function wantedArrows(rendered: Rendered, values: NetworkValues): ReadonlySet<string> {
  const { workloads } = rendered;
  const pooler = workloads.some(({ component }) => component === 'pgbouncer');
  const engine = (name: EngineName) => `${name}:${values.engines[name].port}`;
  const ofCode = arrowsOfCode()
    .filter(({ from, names }) => {
      const container = workloads.find(({ component }) => component === from)?.containers[0];
      const env = container === undefined ? {} : environmentOf(container, rendered);
      return names.some((name) => env[name] !== undefined);
    })
    .map(({ from, to, pooled }) => {
      if (pooled === true && pooler) return `${from} → pgbouncer:${POOLER_PORT}`;
      return `${from} → ${to in values.engines ? engine(to as EngineName) : `${to}:${HTTP_PORT}`}`;
    });
  const migrating = workloads.some(({ component }) => component === 'migrate');
  const promoting = workloads.some(({ component }) => component === 'promote');
  const besides = { pgbouncer: pooler, migrate: migrating, promote: promoting };
  const talking = [...PROCESSES, ...Object.entries(besides).flatMap(([name, there]) => (there ? [name] : []))];
  return new Set([
    ...ofCode,
    ...(pooler ? [`pgbouncer → ${engine('postgres')}`] : []),
    ...(migrating ? [`migrate → ${engine('postgres')}`] : []),
    ...(promoting ? [`promote → ${engine('temporal')}`] : []),
    ...talking.map((component) => `${component} → dns:${DNS_PORT}`),
    ...PROCESSES.map((process) => `prometheus → ${process}:${METRICS_PORT}`),
    `ingress → edge:${HTTP_PORT}`,
  ]);
}
