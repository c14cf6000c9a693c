import type { TransactionFacts } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import { addDayTotals } from '../day-total/day-total.ts';
import { allNew, insertHeaders, insertLines, insertNewHeaders, insertTenders } from './transaction-bulk.ts';

/**
 * Writes facts into the projections and returns those that were new. The one way into these tables: the replay of
 * journals and the rebuild from the event log both come through here, so that they cannot differ.
 */
export async function project(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<TransactionFacts[]> {
  if (facts.length === 0) return [];
  // Lines, tenders and totals are written of what is new only: a duplicate must reach none of them.
  const plain = await allNew(tx, facts);
  const fresh = plain ? [...facts] : await insertHeaders(tx, facts);
  if (fresh.length === 0) return fresh;
  await Promise.all([
    plain ? insertNewHeaders(tx, fresh) : undefined,
    insertLines(tx, fresh),
    insertTenders(tx, fresh),
    addDayTotals(tx, fresh),
    markVoided(tx, fresh),
    addReturnedQuantities(tx, fresh),
  ]);
  return fresh;
}

async function markVoided(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<void> {
  const voids = facts.filter((f) => f.voids !== undefined);
  if (voids.length === 0) return;
  await tx.query(
    `UPDATE transaction_header h SET voided_by = v.key FROM unnest($1::uuid[], $2::uuid[]) AS v(key, original)
     WHERE h.entry_id = v.original AND h.kind <> 'post-void' AND h.voided_by IS NULL`,
    [voids.map((f) => f.key), voids.map((f) => f.voids)],
  );
}

/** A return adds to what came back, its post-void takes that off again; nothing else touches it. */
function returnedSign(f: TransactionFacts): -1 | 0 | 1 {
  if (f.training === true) return 0;
  if (f.kind === 'return') return 1;
  return f.voidedKind === 'return' ? -1 : 0;
}

/** How much of each original line came back so far, by all tills together. */
async function addReturnedQuantities(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<void> {
  const sums = new Map<string, { entry: string; line: number; quantity: number }>();
  for (const f of facts) {
    const sign = returnedSign(f);
    if (sign === 0) continue;
    for (const { original, quantity } of f.lines) {
      if (original === undefined) continue;
      const id = `${original.entry}/${original.line}`;
      const sum = sums.get(id) ?? { ...original, quantity: 0 };
      sum.quantity += sign * quantity;
      sums.set(id, sum);
    }
  }
  if (sums.size === 0) return;
  const rows = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await tx.query(
    `INSERT INTO returned_line AS r (original_entry, original_line, quantity)
     SELECT * FROM unnest($1::uuid[], $2::int[], $3::bigint[])
     ON CONFLICT (original_entry, original_line) DO UPDATE SET quantity = r.quantity + excluded.quantity`,
    [rows.map((r) => r.entry), rows.map((r) => r.line), rows.map((r) => r.quantity)],
  );
}
