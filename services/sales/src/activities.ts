import type { JournalConsumerActivities, ReconcileActivities } from '@nexus/contracts';
import { followJournal } from '@nexus/messaging';
import type { SalesDeps } from './deps.ts';
import { salesApplier } from './journal/journal-applier.ts';

/** What workflows may ask of sales. `heartbeat` is called after each batch, so that a dead worker is noticed soon. */
export const activities = ({ db, nats }: SalesDeps, heartbeat: () => void): JournalConsumerActivities => {
  const applier = salesApplier(db);
  return {
    applyJournal: async (input) => ({
      service: 'sales',
      ...(await followJournal({ db, nats, applier }, input, heartbeat)),
    }),
  };
};
export type SalesActivities = JournalConsumerActivities & Partial<ReconcileActivities>;
