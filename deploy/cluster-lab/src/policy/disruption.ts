import { z } from 'zod';
import { objectsOf, type Manifest, type Workload } from '../chart/manifests.ts';
import { of, type Policy } from './violation.ts';

const metadata = z.looseObject({ name: z.string() });
const budgetSchema = z.looseObject({
  metadata,
  spec: z.looseObject({
    minAvailable: z.union([z.number(), z.string()]).optional(),
    maxUnavailable: z.union([z.number(), z.string()]).optional(),
    selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }),
  }),
});
const scalerSchema = z.looseObject({
  metadata,
  spec: z.looseObject({
    minReplicas: z.number(),
    maxReplicas: z.number(),
    scaleTargetRef: z.looseObject({ name: z.string() }),
  }),
});

/** Who has more than one replica has a budget that lets a node be emptied, pod by pod, and is spread over nodes and zones. */
export const disruption: Policy = ({ manifests, workloads }) => {
  const budgets = objectsOf(manifests, 'PodDisruptionBudget', budgetSchema);
  const replicas = leastReplicas(manifests);
  const deployments = workloads.filter(({ kind }) => kind === 'Deployment');
  const selects = (labels: Readonly<Record<string, string>>, { podLabels }: Workload) =>
    Object.entries(labels).every(([name, value]) => podLabels[name] === value);
  const ofWorkloads = deployments.flatMap((workload) => {
    const own = budgets.filter(({ spec }) => selects(spec.selector.matchLabels, workload));
    const least = replicas.get(workload.name) ?? workload.replicas ?? 1;
    const found: string[] = [];
    if (least > 1 && own.length === 0) found.push(`${of(workload)} has ${least} replicas and no disruption budget`);
    if (own.length > 1) found.push(`${of(workload)} has several disruption budgets, which makes every eviction fail`);
    if (least === 1 && own.length > 0) found.push(`${of(workload)} has one replica: its budget is of no use`);
    const keys = workload.pod.topologySpreadConstraints.map(({ topologyKey }) => topologyKey);
    for (const key of ['topology.kubernetes.io/zone', 'kubernetes.io/hostname']) {
      if (!keys.includes(key)) found.push(`${of(workload)} is not spread over ${key}`);
    }
    return found;
  });
  const blocking = budgets
    .filter(({ spec }) => spec.maxUnavailable !== 1 || spec.minAvailable !== undefined)
    .map((budget) => `PodDisruptionBudget ${budget.metadata.name} does not let exactly one pod go at a time`);
  return [...ofWorkloads, ...blocking, ...scalerFaults(manifests, deployments)];
};

function leastReplicas(manifests: readonly Manifest[]): ReadonlyMap<string, number> {
  const scalers = objectsOf(manifests, 'HorizontalPodAutoscaler', scalerSchema);
  return new Map(scalers.map(({ spec }) => [spec.scaleTargetRef.name, spec.minReplicas]));
}

function scalerFaults(manifests: readonly Manifest[], deployments: readonly Workload[]): string[] {
  return objectsOf(manifests, 'HorizontalPodAutoscaler', scalerSchema).flatMap(({ metadata: own, spec }) => {
    const target = deployments.find(({ name }) => name === spec.scaleTargetRef.name);
    if (target === undefined) return [`HorizontalPodAutoscaler ${own.name} scales what is not there`];
    // Each release would put the number back that the autoscaler has just left.
    if (target.replicas !== undefined) return [`${of(target)} sets its replicas although it is scaled`];
    return spec.minReplicas > spec.maxReplicas ? [`HorizontalPodAutoscaler ${own.name} has no room`] : [];
  });
}
