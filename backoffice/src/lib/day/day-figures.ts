import type { dayTotalRow } from '@nexus/contracts';
import type { z } from 'zod';
import { daysBetween } from '../format/time.ts';

export type DayTotalRow = z.infer<typeof dayTotalRow>;

export interface Sum {
  readonly transactions: number;
  /** Minor units, tax included. */
  readonly gross: number;
}

/** What was sold, brought back and undone, in one currency. Minor units, tax included. */
export interface Figures {
  readonly currency: string;
  readonly sales: Sum;
  readonly returns: Sum;
  /** Post-voids; negative where returns were voided. */
  readonly voids: Sum;
  /** Sales − returns − post-voids. */
  readonly net: number;
  /** Tax in `net`. */
  readonly tax: number;
}

const sum = (rows: readonly DayTotalRow[], kind: DayTotalRow['kind']) =>
  rows
    .filter((row) => row.kind === kind)
    .reduce(
      (total, row) => ({
        transactions: total.transactions + row.transactions,
        gross: total.gross + row.gross,
        tax: total.tax + row.tax,
      }),
      { transactions: 0, gross: 0, tax: 0 },
    );

/** Rows of one currency as figures; rows of another currency are left out. */
export const figuresOf = (rows: readonly DayTotalRow[], currency: string): Figures => {
  const own = rows.filter((row) => row.currency === currency);
  const [sales, returns, voids] = [sum(own, 'sale'), sum(own, 'return'), sum(own, 'post-void')];
  return {
    currency,
    sales,
    returns,
    voids,
    net: sales.gross - returns.gross - voids.gross,
    tax: sales.tax - returns.tax - voids.tax,
  };
};

/** One for each currency, the chain's own first: amounts of two currencies are never added. */
export const figuresByCurrency = (rows: readonly DayTotalRow[], own: string): Figures[] => {
  const others = [...new Set(rows.map((row) => row.currency))].filter((code) => code !== own).sort();
  return [own, ...others].map((code) => figuresOf(rows, code));
};

export interface BranchFigures extends Figures {
  readonly branch: string;
}

/** One row for each branch and currency that had any transaction, largest first within a currency. */
export const figuresByBranch = (rows: readonly DayTotalRow[]): BranchFigures[] => {
  const groups = new Map<string, DayTotalRow[]>();
  for (const row of rows) {
    const key = `${row.currency}/${row.branch}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()]
    .flatMap((group) => (group[0] ? [{ branch: group[0].branch, ...figuresOf(group, group[0].currency) }] : []))
    .sort((a, b) => (a.currency === b.currency ? b.net - a.net : a.currency < b.currency ? -1 : 1));
};

export interface DayPoint {
  readonly date: string;
  readonly net: number;
  readonly sales: number;
  readonly returns: number;
}

/** One point a day, days without any transaction included, so that a closed Sunday is a gap and not a missing bar. */
export const dailySeries = (rows: readonly DayTotalRow[], from: string, to: string, currency: string): DayPoint[] => {
  const byDate = Map.groupBy(rows, (row) => row.businessDate);
  return daysBetween(from, to).map((date) => {
    const figures = figuresOf(byDate.get(date) ?? [], currency);
    return { date, net: figures.net, sales: figures.sales.gross, returns: figures.returns.gross };
  });
};
