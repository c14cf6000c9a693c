import type { SalesFigures } from '@nexus/contracts';

/** One number that two parts of the platform see differently. */
export interface Difference {
  readonly currency: string;
  readonly figure: string;
  readonly journal: number | null;
  readonly transactions: number | null;
}

/** Electronic journal against transaction log, figure by figure; empty where they agree to the last minor unit. */
export function compareFigures(journal: readonly SalesFigures[], transactions: readonly SalesFigures[]): Difference[] {
  const currencies = [...new Set([...journal, ...transactions].map((f) => f.currency))].sort();
  return currencies.flatMap((currency) => {
    const left = journal.find((f) => f.currency === currency);
    const right = transactions.find((f) => f.currency === currency);
    const figures = Object.keys(left ?? right ?? {}).filter((name) => name !== 'currency') as Exclude<
      keyof SalesFigures,
      'currency'
    >[];
    return (
      figures
        .map((figure) => ({ currency, figure, journal: left?.[figure] ?? null, transactions: right?.[figure] ?? null }))
        // A currency that only one side names is no difference where everything in it is zero.
        .filter((d) => (d.journal ?? 0) !== (d.transactions ?? 0))
    );
  });
}
