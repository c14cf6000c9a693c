import { join, resolve } from 'node:path';

const checkoutDir = resolve(import.meta.dirname, '../../../..');
export const CHART = join(checkoutDir, 'helm/nexus');

/** In the order in which a release goes through them, with the values that each has. */
export const ENVIRONMENTS = {
  development: 'values-dev.yaml',
  staging: 'values-staging.yaml',
  production: 'values-production.yaml',
} as const;
export type Environment = keyof typeof ENVIRONMENTS;

export const isEnvironment = (name: string): name is Environment => name in ENVIRONMENTS;

export interface DeployInput {
  readonly environment: Environment;
  readonly release: string;
  readonly registry: string;
  /** Values with the digest of each image, as the build wrote them. */
  readonly digests: string | undefined;
  /** Values of this installation: addresses, hosts, sizes. */
  readonly values: readonly string[];
  readonly namespace: string;
  readonly timeout: string;
  /** Shows what would be sent, and sends nothing. */
  readonly dryRun: boolean;
}

const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const HISTORY = '10';

/**
 * Of `helm`: one release that is ready everywhere within its time or taken back as a whole. Outside development only
 * images by digest: what was scanned and tried one environment before, to the last bit.
 */
export function deployArguments(input: DeployInput): string[] {
  const { environment, release, registry, digests, values, namespace, timeout, dryRun } = input;
  if (!VERSION.test(release)) throw new Error(`${release} is no version like 1.2.3`);
  if (digests === undefined && environment !== 'development') {
    throw new Error(`${environment} takes images by digest: give --digests, which the build wrote`);
  }
  const files = [join(CHART, ENVIRONMENTS[environment]), ...values, ...(digests === undefined ? [] : [digests])];
  return [
    ...['upgrade', 'nexus', CHART, '--install', '--namespace', namespace, '--create-namespace'],
    ...files.flatMap((file) => ['--values', file]),
    ...['--set-string', `image.registry=${registry}`, '--set-string', `image.tag=${release}`],
    ...['--atomic', '--wait', '--wait-for-jobs', '--timeout', timeout, '--history-max', HISTORY],
    ...(dryRun ? ['--dry-run=server'] : []),
  ];
}
