import { deleteSetting } from '../store/settings.ts';
import type { TillContext } from '../till-context.ts';
import { JournalWriter } from './journal-writer.ts';

/**
 * Goes on in a new chain, with a new receipt series, after this device's journal was cloned or restored. The last entry
 * of the old chain announces it, so that the server, which knows this terminal's signature, expects the new one.
 */
export const resetChain = async (ctx: TillContext, reason: string): Promise<{ readonly chain: string }> => {
  const next = ctx.journal.newId();
  await ctx.journal.write(async (tx) => {
    await tx.append({ kind: 'chain-reset', body: { next, why: reason } });
    await JournalWriter.startChain(tx, next);
    await deleteSetting(tx, 'clone');
  });
  await ctx.journal.reload();
  return { chain: next };
};
