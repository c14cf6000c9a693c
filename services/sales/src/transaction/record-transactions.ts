import { transactionsRecorded, type TransactionFacts } from '@nexus/contracts';
import { appendEvent } from '@nexus/messaging';
import type { TenancyDb, TenantTx } from '@nexus/tenancy-db';
import type { PendingVoid } from '../journal/read-lines.ts';
import { closeReferences, openReferences } from './open-reference.ts';
import { readOriginals } from './original.ts';
import { project } from './project.ts';
import { checkReturns } from './returns.ts';
import { completedVoid, voidFactsOf, voidSeed } from './transaction.ts';

/** Facts of one event: few enough that 705-line invoices stay under the event's size, many enough to be cheap. */
const EVENT_LINES = 2_500;
const EVENT_TRANSACTIONS = 500;

/**
 * Records what a batch of journal entries says happened: projections, open references and one event with all that was
 * new. A second time it changes nothing.
 */
export async function recordTransactions(
  db: TenancyDb,
  tx: TenantTx,
  transactions: readonly TransactionFacts[],
  voids: readonly PendingVoid[],
): Promise<void> {
  const resolved = await resolveVoids(tx, transactions, voids);
  const fresh = await project(tx, [...transactions, ...resolved.facts]);
  await openReferences(tx, resolved.open);
  const closed = fresh.length === 0 ? [] : await closeReferences(tx, fresh);
  const arrived = new Map(fresh.map((f) => [f.entry.id, f]));
  const completed = closed.flatMap(({ original, fact }) => {
    const facts = arrived.get(original);
    return fact.kind === 'post-void' && facts !== undefined ? [completedVoid(fact, facts)] : [];
  });
  const late = completed.length === 0 ? [] : await project(tx, completed);
  await checkReturns(tx, [...fresh, ...closed.map((reference) => reference.fact)]);
  for (const chunk of inEvents([...fresh, ...late]))
    await appendEvent(db, tx, transactionsRecorded, { transactions: chunk });
}

/** Post-voids with what they void, from this batch or from the log; those whose original is missing stay open. */
async function resolveVoids(tx: TenantTx, batch: readonly TransactionFacts[], voids: readonly PendingVoid[]) {
  const inBatch = new Map(batch.map((f) => [f.entry.id, f]));
  const missing = voids.map((v) => v.entry.of).filter((id) => !inBatch.has(id));
  const stored = await readOriginals(tx, missing);
  const facts: TransactionFacts[] = [];
  const open: { original: string; fact: TransactionFacts }[] = [];
  for (const { entry, place } of voids) {
    const original = inBatch.get(entry.of) ?? stored.get(entry.of);
    if (original === undefined) open.push({ original: entry.of, fact: voidSeed(entry, place) });
    else facts.push(voidFactsOf(entry, place, original));
  }
  return { facts, open };
}

function* inEvents(facts: readonly TransactionFacts[]): Generator<TransactionFacts[]> {
  let chunk: TransactionFacts[] = [];
  let lines = 0;
  for (const fact of facts) {
    if (chunk.length > 0 && (lines + fact.lines.length > EVENT_LINES || chunk.length >= EVENT_TRANSACTIONS)) {
      yield chunk;
      chunk = [];
      lines = 0;
    }
    chunk.push(fact);
    lines += fact.lines.length;
  }
  if (chunk.length > 0) yield chunk;
}
