import type { TillContext } from '../till-context.ts';
import { setStock } from './local-stock.ts';

/** What the shelf showed of one product, thousandths. */
export interface CountedLine {
  readonly product: string;
  readonly variant?: string;
  readonly code: string;
  readonly quantity: number;
}

/** Lines in one entry; a longer count becomes several entries in one transaction. */
const LINES_PER_ENTRY = 1000;
/** Most lines in one count. */
export const MAX_COUNTED_LINES = 100_000;

export type CountStockResult =
  | { readonly ok: true; readonly entries: readonly string[] }
  | { readonly ok: false; readonly reason: 'nothing-counted' | 'too-many-lines' };

/** Records a count; `opening` marks the first stock of a branch. */
export const countStock = async (
  ctx: TillContext,
  lines: readonly CountedLine[],
  options: { readonly opening?: boolean } = {},
): Promise<CountStockResult> => {
  if (lines.length === 0) return { ok: false, reason: 'nothing-counted' };
  if (lines.length > MAX_COUNTED_LINES) return { ok: false, reason: 'too-many-lines' };
  const entries = await ctx.journal.write(async (tx) => {
    const written: string[] = [];
    for (let start = 0; start < lines.length; start += LINES_PER_ENTRY) {
      const counted = lines.slice(start, start + LINES_PER_ENTRY).map((line, index) => ({
        n: index + 1,
        p: line.product,
        ...(line.variant !== undefined && { pv: line.variant }),
        c: line.code,
        q: line.quantity,
      }));
      const body = { ...(options.opening && { opening: true }), L: counted };
      written.push((await tx.append({ kind: 'stock-counted', body })).id);
      for (const line of counted) await setStock(tx, line, line.q);
    }
    return written;
  });
  return { ok: true, entries };
};
