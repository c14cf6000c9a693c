import { join } from 'node:path';
import { checkoutDir } from '@nexus/local/provide';

export const chartDir = join(checkoutDir, 'helm/nexus');
export const clusterDir = join(checkoutDir, 'deploy/cluster');
export const sourcesFile = join(checkoutDir, 'deploy/cluster-lab/sources.json');
/** What a control plane of this checkout keeps while it runs. */
export const labStateDir = join(checkoutDir, '.nexus/cluster-lab');
export const platformPage = join(checkoutDir, 'docs/platform.md');
