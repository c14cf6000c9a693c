import { join } from 'node:path';
import type { ClusterTools } from '../tools/tools.ts';

/** Ports on 127.0.0.1 and the folder of one control plane. */
export interface Place {
  readonly dir: string;
  readonly ports: Readonly<Record<'etcd' | 'etcdPeer' | 'apiServer' | 'kwok', number>>;
}

export interface Component {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

export const kubeconfigFile = ({ dir }: Place): string => join(dir, 'kubeconfig');
export const apiServerUrl = ({ ports }: Place): string => `https://127.0.0.1:${ports.apiServer}`;
const CERTIFICATE = 'certs/apiserver.crt';

export function etcd({ dir, ports }: Place, tools: ClusterTools): Component {
  const [client, peer] = [`http://127.0.0.1:${ports.etcd}`, `http://127.0.0.1:${ports.etcdPeer}`];
  return {
    name: 'etcd',
    program: tools.etcd,
    args: [
      `--data-dir=${join(dir, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      // Nothing here outlives the test.
      '--unsafe-no-fsync',
    ],
  };
}

/** Real admission, authorization and validation: it is what a cluster would say. */
export function apiServer({ dir, ports }: Place, tools: ClusterTools): Component {
  return {
    name: 'kube-apiserver',
    program: tools['kube-apiserver'],
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.apiServer}`,
      `--cert-dir=${join(dir, 'certs')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(dir, 'service-accounts.key')}`,
      `--service-account-signing-key-file=${join(dir, 'service-accounts.key')}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      `--token-auth-file=${join(dir, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--endpoint-reconciler-type=none',
    ],
  };
}

export function controllerManager(place: Place, tools: ClusterTools): Component {
  return {
    name: 'kube-controller-manager',
    program: tools['kube-controller-manager'],
    args: [
      `--kubeconfig=${kubeconfigFile(place)}`,
      `--service-account-private-key-file=${join(place.dir, 'service-accounts.key')}`,
      `--root-ca-file=${join(place.dir, CERTIFICATE)}`,
      '--use-service-account-credentials',
      '--leader-elect=false',
      '--secure-port=0',
      // Autoscalers look often and believe at once what a test tells them.
      '--horizontal-pod-autoscaler-sync-period=1s',
      '--horizontal-pod-autoscaler-cpu-initialization-period=0s',
      '--horizontal-pod-autoscaler-initial-readiness-delay=0s',
    ],
  };
}

export function scheduler(place: Place, tools: ClusterTools): Component {
  const args = [`--kubeconfig=${kubeconfigFile(place)}`, '--leader-elect=false', '--secure-port=0'];
  return { name: 'kube-scheduler', program: tools['kube-scheduler'], args };
}

/** Stands in for the nodes: says that pods run, that Jobs are done, and deletes what is to go. No container ever runs. */
export function kwok(place: Place, tools: ClusterTools): Component {
  return {
    name: 'kwok',
    program: tools.kwok,
    args: [
      `--kubeconfig=${kubeconfigFile(place)}`,
      `--config=${join(place.dir, 'stages.yaml')}`,
      '--manage-all-nodes=true',
      // Without leases its nodes are given up after a minute.
      '--node-lease-duration-seconds=40',
      `--server-address=127.0.0.1:${place.ports.kwok}`,
      '--node-ip=127.0.0.1',
      '--cidr=10.244.0.0/16',
    ],
  };
}
