import {
  KINDS_BY_SERVICE,
  knownEntry,
  type KnownEntry,
  type PostVoidEntry,
  type ReplayTerminalInput,
  type TransactionFacts,
} from '@nexus/contracts';
import type { JournalLine } from '@nexus/messaging';
import { recompute } from '@nexus/pricing';
import type { NewException } from '@nexus/tenancy-db';
import { shiftFactsOf, type ShiftRecord } from '../shift/shift.ts';
import { factsOf, type EntryPlace } from '../transaction/transaction.ts';
import { isTransaction } from './is-transaction.ts';

/** A post-void waits for its original's facts, which only the database has. */
export interface PendingVoid {
  readonly entry: PostVoidEntry;
  readonly place: EntryPlace;
}

/** What a batch of journal lines says, in journal order. */
export interface ReadLines {
  readonly transactions: readonly TransactionFacts[];
  readonly voids: readonly PendingVoid[];
  readonly shifts: readonly ShiftRecord[];
  readonly exceptions: readonly NewException[];
}

export const SALES_KINDS: readonly string[] = KINDS_BY_SERVICE.sales;

/**
 * Reads lines into facts. Never throws for what a line says: an entry that cannot be read, or that does not add up when
 * it is computed again with the engine it names, becomes an exception; one that merely does not add up counts all the
 * same, because it happened.
 */
export function readLines(ctx: ReplayTerminalInput, lines: readonly JournalLine[]): ReadLines {
  const transactions: TransactionFacts[] = [];
  const voids: PendingVoid[] = [];
  const shifts: ShiftRecord[] = [];
  const exceptions: NewException[] = [];
  for (const line of lines) {
    const place = { number: line.number, hash: line.hash };
    const entry = parse(line.line);
    if (entry instanceof Error) {
      exceptions.push(unreadable(ctx, line, entry));
      continue;
    }
    if (entry.k === 'sale' || entry.k === 'return') {
      transactions.push(factsOf(entry, place));
      const differences = recompute(entry);
      if (differences.length > 0) exceptions.push(differs(ctx, entry, differences));
      if (entry.k === 'return' && entry.L.some((l) => l.o === undefined) && (entry.at.ap ?? []).length === 0) {
        exceptions.push(unapproved(entry));
      }
    } else if (entry.k === 'post-void') {
      voids.push({ entry, place });
    } else {
      shifts.push(shiftFactsOf(entry, place));
    }
  }
  return { transactions, voids, shifts, exceptions };
}

function parse(line: string): KnownEntry | Error {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  if (isTransaction(value)) return value;
  const entry = knownEntry.safeParse(value);
  return entry.success ? entry.data : entry.error;
}

const unreadable = (ctx: ReplayTerminalInput, line: JournalLine, error: Error): NewException => ({
  kind: 'line-unreadable',
  severity: 'error',
  key: `line-unreadable/${ctx.terminalId}/${line.hash}`,
  terminal: ctx.terminalId,
  subject: line.hash,
  detail: { number: line.number, reason: error.message.slice(0, 500) },
});

const differs = (ctx: ReplayTerminalInput, entry: KnownEntry, differences: readonly unknown[]): NewException => ({
  kind: 'recomputation-differs',
  severity: 'error',
  key: `recomputation-differs/${ctx.terminalId}/${entry.i}`,
  branch: entry.at.br,
  terminal: ctx.terminalId,
  subject: entry.i,
  detail: { differences: differences.slice(0, 20) },
});

const unapproved = (entry: KnownEntry): NewException => ({
  kind: 'return-without-original',
  severity: 'warning',
  key: `return-without-original/${entry.t}/${entry.i}`,
  branch: entry.at.br,
  terminal: entry.t,
  subject: entry.i,
  detail: { reason: 'goods came back without a receipt and nobody approved it' },
});
