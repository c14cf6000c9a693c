import type { Manifest, Workload } from '../chart/manifests.ts';

/** What a policy looks at: one rendered variant of the chart. */
export interface Rendered {
  readonly manifests: readonly Manifest[];
  readonly workloads: readonly Workload[];
}

/** A rule of ours over rendered manifests; the sentences name what breaks it. */
export type Policy = (rendered: Rendered) => string[];

export const of = (workload: Workload): string => `${workload.kind} ${workload.name}`;
