import { KINDS_BY_SERVICE, stockCountedEntry, type StockCountedEntry } from '@nexus/contracts';
import type { JournalApplier, JournalLine } from '@nexus/messaging';
import { raiseExceptions, type NewException, type TenancyDb } from '@nexus/tenancy-db';
import { applyCounts } from '../stock-count/derive-counts.ts';
import { countsOf } from '../stock-count/stock-count.ts';
import { tellOfLevels } from '../stock-movement/move-stock.ts';

interface ReadCounts {
  readonly entries: readonly { readonly entry: StockCountedEntry; readonly line: JournalLine }[];
  readonly exceptions: readonly NewException[];
}

/** What inventory does with the journal's own kinds; sales come to it as events of the transaction log. */
export const inventoryApplier = (db: TenancyDb): JournalApplier<ReadCounts> => ({
  kinds: KINDS_BY_SERVICE.inventory,
  prepare: (ctx, lines) => {
    const entries: { entry: StockCountedEntry; line: JournalLine }[] = [];
    const exceptions: NewException[] = [];
    for (const line of lines) {
      const entry = parse(line.line);
      if (entry instanceof Error) exceptions.push(unreadable(ctx.terminalId, line, entry));
      else entries.push({ entry, line });
    }
    return { entries, exceptions };
  },
  apply: async (tx, _ctx, { entries, exceptions }) => {
    // One entry after the other: a later count of a product stands on what the earlier one left.
    for (const { entry, line } of entries) {
      await tellOfLevels(db, tx, await applyCounts(tx, countsOf(entry, line)));
    }
    await raiseExceptions(tx, exceptions);
  },
});

function parse(line: string): StockCountedEntry | Error {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const entry = stockCountedEntry.safeParse(value);
  return entry.success ? entry.data : entry.error;
}

const unreadable = (terminal: string, line: JournalLine, error: Error): NewException => ({
  kind: 'line-unreadable',
  severity: 'error',
  key: `line-unreadable/${terminal}/${line.hash}`,
  terminal,
  subject: line.hash,
  detail: { number: line.number, reason: error.message.slice(0, 500) },
});
