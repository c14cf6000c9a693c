import { stockChanged } from '@nexus/contracts';
import { appendEvent } from '@nexus/messaging';
import type { TenancyDb, TenantTx } from '@nexus/tenancy-db';
import { correctNextCounts } from '../stock-count/derive-counts.ts';
import { watchBelowZero } from '../stock-level/below-zero.ts';
import { insertMovements, type ChangedLevel } from './stock-movement-bulk.ts';
import type { StockMovement } from './stock-movement.ts';

/** Changes of one event: with ids it stays far below the event's size. */
const EVENT_CHANGES = 5_000;

/** Applies movements once, corrects counts that they are dated before, watches for stock below zero and says what changed. */
export async function moveStock(db: TenancyDb, tx: TenantTx, movements: readonly StockMovement[]): Promise<void> {
  const { levels, early } = await insertMovements(tx, movements);
  const corrected = await correctNextCounts(tx, early);
  await tellOfLevels(db, tx, merged(levels, corrected));
}

/** The end of every change of stock: exceptions and one event. */
export async function tellOfLevels(db: TenancyDb, tx: TenantTx, levels: readonly ChangedLevel[]): Promise<void> {
  if (levels.length === 0) return;
  await watchBelowZero(tx, levels);
  for (let at = 0; at < levels.length; at += EVENT_CHANGES) {
    await appendEvent(db, tx, stockChanged, {
      changes: levels
        .slice(at, at + EVENT_CHANGES)
        .map(({ branch, product, change, onHand }) => ({ branch, product, quantity: change, onHand })),
    });
  }
}

/** What a correction left on hand is newer than what the movements left. */
function merged(levels: readonly ChangedLevel[], corrected: readonly ChangedLevel[]): ChangedLevel[] {
  const later = new Map(corrected.map((level) => [`${level.branch}/${level.product}`, level]));
  return levels.map((level) => {
    const correction = later.get(`${level.branch}/${level.product}`);
    return correction === undefined
      ? level
      : { ...level, change: level.change + correction.change, onHand: correction.onHand };
  });
}
