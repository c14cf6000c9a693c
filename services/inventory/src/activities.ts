import type { JournalConsumerActivities } from '@nexus/contracts';
import { followJournal } from '@nexus/messaging';
import { progress } from '@nexus/temporal-kit';
import type { InventoryDeps } from './deps.ts';
import { inventoryApplier } from './journal/journal-applier.ts';

/** What workflows may ask of inventory. It beats after each batch, so that a dead worker is noticed soon. */
export const activities = ({ db, nats }: InventoryDeps): JournalConsumerActivities => {
  const applier = inventoryApplier(db);
  return {
    applyJournal: async (input) => ({
      service: 'inventory',
      ...(await followJournal({ db, nats, applier, batch: 50 }, input, progress().beat)),
    }),
  };
};
