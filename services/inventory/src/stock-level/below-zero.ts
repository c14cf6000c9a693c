import { raiseExceptions, settleExceptionsByKey, type TenantTx } from '@nexus/tenancy-db';
import type { ChangedLevel } from '../stock-movement/stock-movement-bulk.ts';

/**
 * Stock below zero is an exception for a person, not a refusal: both tills that sold the last piece did sell it. What
 * late arrivals put right settles itself.
 */
export async function watchBelowZero(tx: TenantTx, levels: readonly ChangedLevel[]): Promise<void> {
  const fell = levels.filter((level) => level.onHand < 0 && !level.wasBelow);
  const rose = levels.filter((level) => level.onHand >= 0 && level.wasBelow);
  if (fell.length === 0 && rose.length === 0) return;
  const changed = [...fell, ...rose];
  await tx.query(
    `UPDATE stock_level l SET below = g.below FROM unnest($1::uuid[], $2::uuid[], $3::boolean[]) AS g(branch, product, below)
     WHERE l.branch = g.branch AND l.product = g.product`,
    [changed.map((l) => l.branch), changed.map((l) => l.product), changed.map((l) => l.onHand < 0)],
  );
  await settleExceptionsByKey(tx, rose.map(keyOf), 'stock is no longer below zero');
  // One that was settled before and falls again is opened again, rather than lost behind its key.
  await tx.query(
    'UPDATE exception SET settled_at = NULL, settled_by = NULL, note = NULL, raised_at = now() WHERE key = ANY($1::text[]) AND settled_at IS NOT NULL',
    [fell.map(keyOf)],
  );
  await raiseExceptions(
    tx,
    fell.map((level) => ({
      kind: 'stock-below-zero' as const,
      severity: 'warning' as const,
      key: keyOf(level),
      branch: level.branch,
      subject: level.product,
      detail: { onHandThousandths: level.onHand },
    })),
  );
}

const keyOf = (level: ChangedLevel): string => `stock-below-zero/${level.branch}/${level.product}`;
