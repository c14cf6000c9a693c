import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkoutDir } from '@nexus/local';

const whole = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text));

/** Settings of the trials, from the environment. */
export const config = {
  stateDir: resolve(process.env.NEXUS_TRIALS_STATE_DIR ?? join(checkoutDir, '.nexus', 'trials')),
  /** Port of the edge, where the platform has to be started here. */
  edgePort: whole(process.env.NEXUS_TRIALS_EDGE_PORT, 8_098),
  kills: whole(process.env.NEXUS_CHAOS_KILLS, 20),
  seed: whole(process.env.NEXUS_CHAOS_SEED, 7),
  /** Whether chaos has its services behind PgBouncer. */
  pooledChaos: process.env.NEXUS_CHAOS_POOLED === 'true',
  /** Real sales, for those who have them; they are not part of this repository. */
  salesFile: resolve(
    process.env.NEXUS_TRIALS_SALES ?? join(checkoutDir, '..', 'shared', 'data', 'online-retail-2010-12_2011-06.csv.gz'),
  ),
} as const;

export const hasSalesFile = (): boolean => existsSync(config.salesFile);
