import type { TransactionFacts } from '@nexus/contracts';
import { raiseExceptions, type NewException, type TenantTx } from '@nexus/tenancy-db';
import { readOriginals } from './original.ts';
import { openReferences } from './open-reference.ts';

/**
 * Checks returns with receipt against their originals: one whose original is not here yet is noted and closes itself
 * later; goods that came back more often than they were sold are an exception, across all tills.
 */
export async function checkReturns(tx: TenantTx, facts: readonly TransactionFacts[]): Promise<void> {
  const returns = facts.filter((f) => f.kind === 'return' && f.lines.some((line) => line.original !== undefined));
  if (returns.length === 0) return;
  const named = [...new Set(returns.flatMap((f) => f.lines.flatMap((line) => line.original?.entry ?? [])))];
  const originals = await readOriginals(tx, named);
  await openReferences(
    tx,
    returns.flatMap((fact) =>
      [...new Set(fact.lines.flatMap((line) => line.original?.entry ?? []))]
        .filter((entry) => !originals.has(entry))
        .map((original) => ({ original, fact })),
    ),
  );
  const returned = await tx.query<{ original_entry: string; original_line: number; quantity: string }>(
    'SELECT original_entry, original_line, quantity FROM returned_line WHERE original_entry = ANY($1::uuid[])',
    [named],
  );
  const exceptions = returned.flatMap((row): NewException[] => {
    const original = originals.get(row.original_entry);
    if (original === undefined) return [];
    const sold = original.lines.find((line) => line.n === row.original_line)?.quantity ?? 0;
    return Number(row.quantity) <= sold ? [] : [excess(original, row.original_line, sold, Number(row.quantity))];
  });
  await raiseExceptions(tx, exceptions);
}

const excess = (original: TransactionFacts, line: number, sold: number, returned: number): NewException => ({
  kind: 'return-exceeds-original',
  severity: 'error',
  key: `return-exceeds-original/${original.entry.id}/${line}/${returned}`,
  branch: original.branch,
  terminal: original.entry.terminal,
  subject: original.entry.id,
  detail: { line, soldThousandths: sold, returnedThousandths: returned },
});
