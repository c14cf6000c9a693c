import { readUnsent, type Unsent } from '../journal/unsent.ts';
import type { JournalTx } from '../journal/journal-writer.ts';
import type { TillContext } from '../till-context.ts';
import { expectedCash } from './cash.ts';

export interface ClosedShift {
  readonly entry: string;
  readonly expectedMinor: number;
  readonly countedMinor: number;
  readonly sales: { readonly count: number; readonly gross: number };
  readonly returns: { readonly count: number; readonly gross: number };
  /** What this till still held unsent just before the closing entry. */
  readonly unsent: Unsent;
}
export type CloseShiftResult =
  ({ readonly ok: true } & ClosedShift) | { readonly ok: false; readonly reason: 'no-shift' | 'counted-negative' };

/**
 * Closes the open shift. Waits for nothing: the closing entry stands behind everything sold, and names what has not
 * been sent yet.
 */
export const closeShift = async (ctx: TillContext, countedMinor: number): Promise<CloseShiftResult> => {
  const { shift } = ctx.state;
  if (!shift) return { ok: false, reason: 'no-shift' };
  if (countedMinor < 0) return { ok: false, reason: 'counted-negative' };
  const closed = await ctx.journal.write(
    async (tx): Promise<ClosedShift> => {
      const expectedMinor = await expectedCash(tx, shift.id);
      const { sales, returns } = await transactionsOf(tx, shift.id);
      const unsent = await readUnsent(tx);
      const entry = await tx.append({
        kind: 'shift-close',
        body: {
          cur: shift.currency,
          expected: expectedMinor,
          counted: countedMinor,
          sales,
          returns,
          unsent: { count: unsent.entries, gross: unsent.gross },
        },
      });
      await tx.run('UPDATE shift SET closed_at = ? WHERE id = ?', [entry.at, shift.id]);
      return { entry: entry.id, expectedMinor, countedMinor, sales, returns, unsent };
    },
    () => {
      ctx.state.shift = null;
    },
  );
  return { ok: true, ...closed };
};

/** Sales and returns of a shift that were not voided. */
const transactionsOf = async (tx: JournalTx, shift: string): Promise<Pick<ClosedShift, 'sales' | 'returns'>> => {
  const rows = await tx.all<{ kind: string; count: number; gross: number }>(
    `SELECT kind, count(*) AS count, coalesce(sum(gross), 0) AS gross
     FROM sale WHERE shift = ? AND voided_by IS NULL GROUP BY kind`,
    [shift],
  );
  const of = (kind: string) => {
    const row = rows.find((one) => one.kind === kind);
    return { count: row?.count ?? 0, gross: row?.gross ?? 0 };
  };
  return { sales: of('sale'), returns: of('return') };
};
