import { chartDir } from '../paths.ts';
import type { Client } from '../control-plane/kubectl.ts';
import { NAMESPACE, RELEASE, variantArguments } from '../chart/render.ts';
import type { Variant } from '../chart/values-files.ts';
import type { Outcome } from '../chart/execute.ts';

/** A namespace in which the API server refuses every pod that could do more than the strictest profile allows. */
export const restrictedNamespace = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
});

/** `helm upgrade --install` of a variant, which waits until everything is ready. */
export function release(client: Client, variant: Variant, more: readonly string[]): Promise<Outcome> {
  const args = ['upgrade', '--install', RELEASE, chartDir, '--namespace', NAMESPACE, ...variantArguments(variant)];
  return client.helm([...args, '--wait', ...more]);
}

interface Listed<T> {
  readonly items: readonly T[];
}

export interface Pod {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image: string }[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

export async function podsOf(client: Client, component?: string): Promise<readonly Pod[]> {
  const labels = [
    'app.kubernetes.io/name=nexus',
    ...(component === undefined ? [] : [`app.kubernetes.io/component=${component}`]),
  ];
  return (await client.get<Listed<Pod>>('pods', '--namespace', NAMESPACE, '--selector', labels.join(','))).items;
}

export const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;

export interface Deployment {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly spec: { readonly replicas: number; readonly template: { readonly spec: Pod['spec'] } };
  readonly status: { readonly availableReplicas?: number; readonly updatedReplicas?: number };
}

export const deploymentsOf = async (client: Client): Promise<readonly Deployment[]> =>
  (await client.get<Listed<Deployment>>('deployments', '--namespace', NAMESPACE)).items;
