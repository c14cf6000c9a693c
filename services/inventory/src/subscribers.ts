import { productsChanged, transactionsRecorded } from '@nexus/contracts';
import { onEvent, onEventView, type EventHandler } from '@nexus/messaging';
import { adoptProducts } from './product/adopt-products.ts';
import { moveStock } from './stock-movement/move-stock.ts';
import { movementsOf, stockView } from './stock-movement/stock-movement.ts';
import type { InventoryDeps } from './deps.ts';

/** The events that this service takes, and what it does on each. */
export const subscribers = ({ db }: Pick<InventoryDeps, 'db'>): EventHandler[] => [
  onEventView(transactionsRecorded, stockView, async (tx, events) => {
    for (const event of events) await moveStock(db, tx, event.data.transactions.flatMap(movementsOf));
  }),
  onEvent(productsChanged, (tx, events) =>
    adoptProducts(
      tx,
      events.flatMap((event) => event.data.products),
    ),
  ),
];
