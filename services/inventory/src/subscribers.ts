import { productsChanged, transactionsRecorded } from '@nexus/contracts';
import { onEvent, onEventView, type EventHandler } from '@nexus/messaging';
import { adoptProducts } from './product/adopt-products.ts';
import { moveStock } from './stock-movement/move-stock.ts';
import { movementsOf, stockView } from './stock-movement/stock-movement.ts';
import type { InventoryDeps } from './deps.ts';

/** The events that this service takes, and what it does on each. */
export const subscribers = ({ db }: Pick<InventoryDeps, 'db'>): EventHandler[] => [
  // Together: products of neighbouring batches are the same ones, and each level is written once.
  onEventView(transactionsRecorded, stockView, (tx, events) =>
    moveStock(
      db,
      tx,
      events.flatMap((event) => event.data.transactions.flatMap(movementsOf)),
    ),
  ),
  onEvent(productsChanged, (tx, events) =>
    adoptProducts(
      tx,
      events.flatMap((event) => event.data.products),
    ),
  ),
];
