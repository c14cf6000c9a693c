import type { JournalConsumerActivities, ReconcileActivities } from '@nexus/contracts';
import { followJournal } from '@nexus/messaging';
import { progress } from '@nexus/temporal-kit';
import type { SalesDeps } from './deps.ts';
import { reconcileBranch } from './reconciliation/reconcile-branch.ts';
import { salesApplier } from './journal/journal-applier.ts';

/** What workflows may ask of sales. It beats after each batch, so that a dead worker is noticed soon. */
export const activities = (deps: SalesDeps): JournalConsumerActivities & ReconcileActivities => {
  const { db, nats } = deps;
  const applier = salesApplier(db);
  return {
    applyJournal: async (input) => ({
      service: 'sales',
      ...(await followJournal({ db, nats, applier }, input, progress().beat)),
    }),
    reconcileBranch: (input) => reconcileBranch(deps, input, progress().beat),
  };
};
