import type { TransactionFacts } from '@nexus/contracts';
import { raiseExceptions, settleExceptionsByKey, type NewException, type TenantTx } from '@nexus/tenancy-db';

/** Something that points at an entry which is not here yet, as stored. */
export interface OpenReference {
  /** Id of the entry that is missing. */
  readonly original: string;
  readonly fact: TransactionFacts;
}

/** Notes references and tells a person; noting one again changes nothing. */
export async function openReferences(tx: TenantTx, references: readonly OpenReference[]): Promise<void> {
  if (references.length === 0) return;
  await tx.query(
    `INSERT INTO open_reference (original_entry, key, kind, fact)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) ON CONFLICT DO NOTHING`,
    [
      references.map((r) => r.original),
      references.map((r) => r.fact.key),
      references.map((r) => r.fact.kind),
      references.map((r) => JSON.stringify(r.fact)),
    ],
  );
  await raiseExceptions(tx, references.map(missingOriginal));
}

/** Takes the references that arrivals close, and settles their exceptions. */
export async function closeReferences(tx: TenantTx, arrived: readonly TransactionFacts[]): Promise<OpenReference[]> {
  const ids = arrived.filter((f) => f.kind !== 'post-void').map((f) => f.entry.id);
  if (ids.length === 0) return [];
  const rows = await tx.bulk<{ original_entry: string; fact: string }>(
    'close-references',
    'DELETE FROM open_reference WHERE original_entry = ANY($1::uuid[]) RETURNING original_entry, fact',
    [ids],
  );
  const closed = rows.map((row) => ({ original: row.original_entry, fact: JSON.parse(row.fact) as TransactionFacts }));
  await settleExceptionsByKey(
    tx,
    closed.map((reference) => missingOriginal(reference).key),
    'the original arrived',
  );
  return closed;
}

const missingOriginal = ({ original, fact }: OpenReference): NewException => ({
  kind: fact.kind === 'post-void' ? 'void-of-unknown' : 'original-not-here-yet',
  severity: fact.kind === 'post-void' ? 'warning' : 'info',
  key: `open-reference/${original}/${fact.key}`,
  branch: fact.branch,
  terminal: fact.entry.terminal,
  subject: fact.entry.id,
  detail: { original },
});
