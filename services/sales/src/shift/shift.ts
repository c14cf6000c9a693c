import type { KnownEntry, ShiftFacts } from '@nexus/contracts';
import { transactionKey } from '@nexus/journal';
import type { EntryPlace } from '../transaction/transaction.ts';

export type ShiftRecord = ShiftFacts;

/** Fields of an entry that every kind has; what is left of it is its detail. */
const ENVELOPE = new Set(['v', 't', 'c', 's', 'p', 'i', 'k', 'h', 'vv', 'w', 'at', 'by']);

/** A shift, drawer, cash or void-before-payment entry as the transaction log keeps it: amounts out, the rest as it came. */
export function shiftFactsOf(entry: Exclude<KnownEntry, { k: 'sale' | 'return' }>, place: EntryPlace): ShiftRecord {
  const detail = Object.fromEntries(Object.entries(entry).filter(([name]) => !ENVELOPE.has(name)));
  return {
    key: transactionKey(entry.w.u, place.hash),
    kind: entry.k,
    entry: { id: entry.i, terminal: entry.t, chain: entry.c, seq: entry.s, hash: place.hash, number: place.number },
    branch: entry.at.br,
    businessDate: entry.w.b,
    at: entry.w.u,
    ...(entry.at.sh === undefined ? {} : { shift: entry.at.sh }),
    ...(entry.at.ca === undefined ? {} : { cashier: entry.at.ca }),
    ...('cur' in entry ? { currency: entry.cur } : {}),
    ...amountOf(entry),
    detail,
  };
}

function amountOf(entry: KnownEntry): { amount?: number } {
  if ('amount' in entry) return { amount: entry.amount };
  if (entry.k === 'shift-open') return { amount: entry.float };
  if (entry.k === 'shift-close' || entry.k === 'cash-count') return { amount: entry.counted };
  return {};
}
