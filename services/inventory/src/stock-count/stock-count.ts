import type { StockCountedEntry } from '@nexus/contracts';
import { transactionKey } from '@nexus/journal';

/** What a shelf showed at a moment. Quantities in thousandths. */
export interface StockCount {
  readonly key: string;
  readonly line: number;
  readonly branch: string;
  readonly product: string;
  readonly counted: number;
  readonly at: number;
  readonly opening: boolean;
  readonly terminal: string;
  readonly number: number;
}

/** Counts of an entry. The same product twice in one entry: the later line counts. Training counts nothing. */
export function countsOf(
  entry: StockCountedEntry,
  place: { readonly number: number; readonly hash: string },
): StockCount[] {
  if (entry.at.tr === true) return [];
  const byProduct = new Map<string, StockCount>();
  for (const line of entry.L) {
    byProduct.set(line.p, {
      key: transactionKey(entry.w.u, place.hash),
      line: line.n,
      branch: entry.at.br,
      product: line.p,
      counted: line.q,
      at: entry.w.u,
      opening: entry.opening ?? false,
      terminal: entry.t,
      number: place.number,
    });
  }
  return [...byProduct.values()];
}
