import { provideBinary, type Progress } from '@nexus/local/provide';

/** Paths of programs that need no cluster. */
export interface ChartTools {
  helm: string;
  kubeconform: string;
}

/** Paths of a whole control plane, and of those that look like nodes. */
export interface ClusterTools extends ChartTools {
  etcd: string;
  'kube-apiserver': string;
  'kube-controller-manager': string;
  'kube-scheduler': string;
  kubectl: string;
  kwok: string;
}

/** From PATH, the cache, a release or a build of about two minutes. */
export async function provideChartTools(progress: Progress): Promise<ChartTools> {
  const { helm = '' } = await provideBinary('helm', progress);
  const { kubeconform = '' } = await provideBinary('kubeconform', progress);
  return { helm, kubeconform };
}

/** The same for the rest; where Kubernetes has to be built, that takes some ten minutes, once on a machine. */
export async function provideClusterTools(progress: Progress): Promise<ClusterTools> {
  const found = {
    ...(await provideChartTools(progress)),
    ...(await provideBinary('etcd', progress)),
    ...(await provideBinary('kwok', progress)),
    ...(await provideBinary('kubernetes', progress)),
  };
  return found as ClusterTools;
}
