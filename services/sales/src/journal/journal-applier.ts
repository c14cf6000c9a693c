import type { JournalApplier } from '@nexus/messaging';
import { raiseExceptions, type TenancyDb } from '@nexus/tenancy-db';
import { recordShifts } from '../shift/record-shifts.ts';
import { recordTransactions } from '../transaction/record-transactions.ts';
import { readLines, SALES_KINDS, type ReadLines } from './read-lines.ts';

/** What sales does with the entries of its kinds. */
export const salesApplier = (db: TenancyDb): JournalApplier<ReadLines> => ({
  kinds: SALES_KINDS,
  prepare: readLines,
  apply: async (tx, _ctx, read) => {
    await recordTransactions(db, tx, read.transactions, read.voids);
    await recordShifts(db, tx, read.shifts);
    await raiseExceptions(tx, read.exceptions);
  },
});
