import type { SalesFigures } from '@nexus/contracts';

/** Figures of a tenant, branch or terminal in one currency. Amounts positive, minor units; voids stand apart. */
export interface MoneyFigures {
  readonly sales: number;
  readonly refunds: number;
  readonly saleLines: number;
  readonly refundLines: number;
  /** Tax included, after discounts, before cash rounding. */
  readonly grossSalesMinor: number;
  readonly grossRefundsMinor: number;
}

export interface JournalFigures {
  readonly journalEntries: number;
  /** Open now. */
  readonly gaps: number;
  readonly forks: number;
  readonly duplicatesAbsorbed: number;
  readonly exceptions: number;
}

type Amounts = 'grossSalesMinor' | 'grossRefundsMinor';
/**
 * One row of the proof. Where the tenant has several currencies, a row of one names it in `currency`; a row of several
 * lists them in `byCurrency`, counts all of them together, and has no amounts of its own: those do not add up.
 */
export type ProofRow = JournalFigures &
  Omit<MoneyFigures, Amounts> & { readonly [A in Amounts]: number | null } & {
    readonly currency?: string;
    readonly byCurrency?: readonly CurrencyFigures[];
  };
export type CurrencyFigures = { readonly currency: string } & MoneyFigures;

export interface BranchProof extends ProofRow {
  readonly index: number;
  readonly name: string;
  readonly id: string;
}
export interface TerminalProof extends BranchProof {
  /** Stored without a hole through this sequence; what the till last said is its head. */
  readonly receivedThrough: number;
  readonly tillHead: number;
  readonly lastContact: string | null;
}

/** A rule that must hold, and whether it does. */
export interface Invariant {
  readonly name: string;
  readonly holds: boolean;
  readonly detail: string;
}

/** What `nexus prove` prints. */
export interface Proof {
  readonly tenant: { readonly id: string; readonly slug: string; readonly name: string };
  /** Present where the tenant has one currency; otherwise `byCurrency`. */
  readonly currency?: string;
  readonly byCurrency?: readonly CurrencyFigures[];
  readonly totals: ProofRow;
  readonly branches: readonly BranchProof[];
  readonly terminals: readonly TerminalProof[];
  /** Units on hand (pieces, kilograms …) and movements over all branches. */
  readonly stock: { readonly movements: number; readonly units: number };
  readonly invariants: readonly Invariant[];
  readonly holds: boolean;
}

const NO_MONEY: MoneyFigures = {
  sales: 0,
  refunds: 0,
  saleLines: 0,
  refundLines: 0,
  grossSalesMinor: 0,
  grossRefundsMinor: 0,
};
const NO_JOURNAL: JournalFigures = { journalEntries: 0, gaps: 0, forks: 0, duplicatesAbsorbed: 0, exceptions: 0 };

const added = <T extends object>(zero: T, all: readonly T[]): T => {
  const sum = { ...zero } as Record<string, number>;
  for (const one of all) {
    for (const key of Object.keys(zero)) sum[key] = (sum[key] ?? 0) + ((one as Record<string, number>)[key] ?? 0);
  }
  return sum as T;
};

export const sumJournal = (all: readonly JournalFigures[]): JournalFigures => added(NO_JOURNAL, all);

/** Sums by currency, in the currencies' order. */
export function sumByCurrency(all: readonly CurrencyFigures[]): CurrencyFigures[] {
  const groups = Map.groupBy(all, (one) => one.currency);
  return [...groups.keys()].sort().map((currency) => ({ currency, ...added(NO_MONEY, groups.get(currency) ?? []) }));
}

/** A row of one currency carries its sums itself, with its name where the tenant has `several`; one of several lists them. */
export function proofRow(journal: JournalFigures, money: readonly CurrencyFigures[], several: boolean): ProofRow {
  const sums = sumByCurrency(money);
  const [only] = sums;
  if (sums.length > 1) {
    return { ...journal, ...added(NO_MONEY, sums), grossSalesMinor: null, grossRefundsMinor: null, byCurrency: sums };
  }
  if (only === undefined) return { ...journal, ...NO_MONEY };
  const { currency, ...figures } = only;
  return { ...journal, ...(several && { currency }), ...figures };
}

export const moneyOf = (figures: SalesFigures): CurrencyFigures => ({
  currency: figures.currency,
  sales: figures.sales,
  refunds: figures.refunds,
  saleLines: figures.saleLines,
  refundLines: figures.refundLines,
  grossSalesMinor: figures.grossSalesMinor,
  grossRefundsMinor: figures.grossRefundsMinor,
});
