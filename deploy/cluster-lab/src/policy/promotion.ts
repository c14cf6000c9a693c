import { workloadsOf, type Manifest } from '../chart/manifests.ts';
import { environmentOf } from './environment.ts';
import { of, type Policy } from './violation.ts';

const HOOK = 'helm.sh/hook';
const WEIGHT = 'helm.sh/hook-weight';
/** Whenever processes are about to change: going back too, with the build that is gone back to. */
const MOMENTS = ['pre-install', 'pre-upgrade', 'pre-rollback'];

/** Before it changes workers, a release names their very build: unnamed ones never take the work, and would never be ready. */
export const promotion: Policy = (rendered) => {
  const { manifests, workloads } = rendered;
  const worker = workloads.find(({ kind, component }) => kind === 'Deployment' && component === 'workflows');
  const jobs = manifests.filter((manifest) => isJob(manifest, 'promote'));
  const [job, ...others] = jobs;
  if (job === undefined || others.length > 0) return ['there is not exactly one Job that names the build'];
  const [workload] = workloadsOf([job]);
  const [container, wanted] = [workload?.containers[0], worker?.containers[0]];
  if (workload === undefined || container === undefined || wanted === undefined) return ['there is nothing to name'];
  const found: string[] = [];
  const moments = (job.metadata.annotations[HOOK] ?? '').split(',');
  for (const moment of MOMENTS) if (!moments.includes(moment)) found.push(`does not run at ${moment}`);
  if (weightOf(job) <= Math.max(...manifests.filter((one) => isJob(one, 'migrate')).map(weightOf)))
    found.push('runs before the migrations: a release that they stop has named its build');
  const [named, told] = [environmentOf(container, rendered), environmentOf(wanted, rendered)];
  if (named['NEXUS_BUILD_ID'] !== told['NEXUS_BUILD_ID'])
    found.push(`names ${named['NEXUS_BUILD_ID'] ?? 'nothing'}, workers are ${told['NEXUS_BUILD_ID'] ?? 'nothing'}`);
  if (container.image !== wanted.image) found.push('is of another image than the workers');
  if (told['NEXUS_WORKER_VERSIONING'] !== 'release') found.push('is not waited for: workers take the work unasked');
  return found.map((fault) => `${of(workload)} ${fault}`);
};

const isJob = (manifest: Manifest, component: string): boolean =>
  manifest.kind === 'Job' && workloadsOf([manifest])[0]?.component === component;

const weightOf = ({ metadata }: Manifest): number => Number(metadata.annotations[WEIGHT] ?? 0);
