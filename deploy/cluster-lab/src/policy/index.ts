import { workloadsOf, type Manifest } from '../chart/manifests.ts';
import { disruption } from './disruption.ts';
import { environment } from './environment.ts';
import { images } from './images.ts';
import { migrations } from './migrations.ts';
import { probes } from './probes.ts';
import { promotion } from './promotion.ts';
import { references } from './references.ts';
import { resources } from './resources.ts';
import { secrecy } from './secrecy.ts';
import { security } from './security.ts';
import type { Policy, Rendered } from './violation.ts';

/** Our own rules for what the chart renders, by name. That arrows are those of the code, `network.ts` says. */
export const POLICIES: Readonly<Record<string, Policy>> = {
  security,
  resources,
  probes,
  images,
  secrecy,
  disruption,
  environment,
  references,
  migrations,
  promotion,
};

export const rendered = (manifests: readonly Manifest[]): Rendered => ({
  manifests,
  workloads: workloadsOf(manifests),
});
export type { Policy, Rendered } from './violation.ts';
