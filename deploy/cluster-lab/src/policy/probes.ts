import { configMapsOf, type Container, type Workload } from '../chart/manifests.ts';
import { of, type Policy } from './violation.ts';

/** The kubelet's kill has to stay away from a stop that goes as planned by so much. */
const MARGIN_MS = 5_000;

/** What serves says when it started, serves and lives; and is given the time that its own stop takes. */
export const probes: Policy = ({ manifests, workloads }) => {
  const settings = configMapsOf(manifests);
  return workloads
    .filter(({ kind }) => kind === 'Deployment')
    .flatMap((workload) => [
      ...workload.containers.flatMap((container) =>
        faultsOf(container).map((fault) => `${of(workload)}: container ${container.name} ${fault}`),
      ),
      ...stopFaults(workload, settings.get(workload.name) ?? {}).map((fault) => `${of(workload)} ${fault}`),
    ]);
};

function faultsOf({ startupProbe, readinessProbe, livenessProbe }: Container): string[] {
  const found: string[] = [];
  if (startupProbe === undefined) found.push('has no startup probe');
  if (readinessProbe === undefined) found.push('has no readiness probe');
  if (livenessProbe === undefined) found.push('has no liveness probe');
  const path = livenessProbe?.httpGet?.path;
  // A liveness probe that asks engines restarts every pod when one of them is away for a moment.
  if (path !== undefined && path !== '/livez') found.push(`is killed by what ${path} says`);
  return found;
}

function stopFaults({ pod }: Workload, settings: Readonly<Record<string, string>>): string[] {
  const ms = (name: string) => (settings[name] === undefined ? undefined : Number(settings[name]));
  const [drain, grace, whole] = [ms('NEXUS_DRAIN_MS'), ms('NEXUS_STOP_GRACE_MS'), ms('NEXUS_STOP_TIMEOUT_MS')];
  if (drain === undefined || grace === undefined || whole === undefined) return [];
  const kubelet = (pod.terminationGracePeriodSeconds ?? 30) * 1_000;
  const found: string[] = [];
  if (drain === 0) found.push('closes its doors before anybody knows');
  if (drain + grace >= whole) found.push('gives its requests more time than its whole stop has');
  if (whole + MARGIN_MS > kubelet) found.push('is killed before its own stop is over');
  return found;
}
