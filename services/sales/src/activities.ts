import type { ReconcileActivities } from '@nexus/contracts';
import { progress } from '@nexus/temporal-kit';
import type { SalesDeps } from './deps.ts';
import { reconcileBranch } from './reconciliation/reconcile-branch.ts';

/** What workflows may ask of sales as activities; the replay of journals asks over NATS (rpc-handlers.ts). */
export const activities = (deps: SalesDeps): ReconcileActivities => ({
  reconcileBranch: (input) => reconcileBranch(deps, input, progress().beat),
});
