import type { Container, Workload } from '../chart/manifests.ts';
import { of, type Policy } from './violation.ts';

/** Non-root, nothing to gain, nothing to write but `/tmp`, nothing of the node, no token of the API server. */
export const security: Policy = ({ workloads }) =>
  workloads.flatMap((workload) => [
    ...podFaults(workload).map((fault) => `${of(workload)} ${fault}`),
    ...workload.containers.flatMap((container) =>
      containerFaults(container).map((fault) => `${of(workload)}: container ${container.name} ${fault}`),
    ),
  ]);

function podFaults({ pod }: Workload): string[] {
  const { securityContext: context } = pod;
  return faults([
    [context.runAsNonRoot !== true || (context.runAsUser ?? 0) === 0, 'may run as root'],
    [context.seccompProfile?.type !== 'RuntimeDefault', 'has no seccomp profile'],
    [pod.automountServiceAccountToken !== false, 'gets a token of the API server'],
    [pod.hostNetwork === true || pod.hostPID === true || pod.hostIPC === true, 'shares a namespace with its node'],
    [pod.volumes.some((volume) => volume.hostPath !== undefined), 'mounts a folder of its node'],
    [
      pod.volumes.some(({ emptyDir }) => emptyDir !== undefined && emptyDir.sizeLimit === undefined),
      'may fill the disk',
    ],
  ]);
}

function containerFaults({ securityContext: context }: Container): string[] {
  return faults([
    [context.allowPrivilegeEscalation !== false || context.privileged === true, 'may gain privileges'],
    [context.readOnlyRootFilesystem !== true, 'may write to its image'],
    [context.capabilities?.drop.includes('ALL') !== true || context.capabilities.add.length > 0, 'keeps capabilities'],
  ]);
}

const faults = (checks: readonly (readonly [boolean, string])[]): string[] =>
  checks.flatMap(([broken, fault]) => (broken ? [fault] : []));
