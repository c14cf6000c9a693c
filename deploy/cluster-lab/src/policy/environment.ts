import { readEdgeConfig } from '@nexus/edge';
import { readConfig } from '@nexus/service-kit';
import {
  CONFIGS,
  migrationSettings,
  PROCESSES,
  promotionSettings,
  settingsOf,
  type ProcessName,
  type Setting,
} from '../arrows/settings.ts';
import { configMapsOf, type Container, type Workload } from '../chart/manifests.ts';
import { of, type Policy, type Rendered } from './violation.ts';

const PREFIX = 'NEXUS_';
/** Jobs of the release, by their component, and what each is told. */
const JOBS: ReadonlyMap<string, () => readonly Setting[]> = new Map([
  ['migrate', migrationSettings],
  ['promote', promotionSettings],
]);
/** In the place of what a Secret holds; as long as it is no number and no address, what it is does not matter. */
const SECRET_VALUE = 'of-a-secret';
const SECRET_VALUES: Readonly<Record<string, string>> = { NEXUS_OTLP_URL: 'http://collector:4318' };

/** What a container finds in its environment, with `$(NAME)` put in as the kubelet does. */
export function environmentOf(
  container: Container,
  { manifests }: Pick<Rendered, 'manifests'>,
): Record<string, string> {
  const configMaps = configMapsOf(manifests);
  const result: Record<string, string> = {};
  for (const { configMapRef } of container.envFrom) Object.assign(result, configMaps.get(configMapRef?.name ?? ''));
  for (const { name, value, valueFrom } of container.env) {
    if (valueFrom?.secretKeyRef !== undefined) result[name] = SECRET_VALUES[name] ?? SECRET_VALUE;
    else result[name] = (value ?? '').replace(/\$\(([A-Z_]+)\)/g, (whole, other: string) => result[other] ?? whole);
  }
  return result;
}

export const isProcess = (component: string): component is ProcessName =>
  (PROCESSES as readonly string[]).includes(component);

/** Each process is told what it needs, nothing that it does not know, and could start with it. */
export const environment: Policy = (rendered) => {
  const processes = rendered.workloads.filter(({ component }) => JOBS.has(component) || isProcess(component));
  const missing = PROCESSES.filter((process) => !processes.some(({ component }) => component === process));
  return [
    ...missing.map((process) => `there is no Deployment ${process}`),
    ...processes.flatMap((one) => faultsOf(one, rendered)),
  ];
};

function faultsOf(workload: Workload, rendered: Rendered): string[] {
  const { component } = workload;
  const [container] = workload.containers;
  if (container === undefined) return [];
  const env = environmentOf(container, rendered);
  const settings = isProcess(component) ? settingsOf(component) : (JOBS.get(component)?.() ?? []);
  const known = new Set(settings.flatMap(({ names }) => names));
  const unknown = Object.keys(env).filter((name) => name.startsWith(PREFIX) && !known.has(name));
  const absent = settings.filter(
    ({ required, loopback, names }) => (required || loopback) && !names.some((name) => env[name] !== undefined),
  );
  const unresolved = Object.entries(env).filter(([, value]) => value.includes('$('));
  return [
    ...unknown.map((name) => `${of(workload)} sets ${name}, which the process does not know`),
    ...absent.map(({ names }) => `${of(workload)} does not set ${names[0]}`),
    ...unresolved.map(([name]) => `${of(workload)} leaves a variable in ${name} unresolved`),
    ...(absent.length > 0 ? [] : startFaults(component, env).map((fault) => `${of(workload)}: ${fault}`)),
  ];
}

/** Reads the environment as the process itself does when it starts. */
function startFaults(component: string, env: Readonly<Record<string, string>>): string[] {
  try {
    if (component === 'edge') readEdgeConfig(env);
    const config = component === 'edge' ? undefined : new Map(Object.entries(CONFIGS)).get(component);
    if (config !== undefined) readConfig({ name: component, config }, env);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
