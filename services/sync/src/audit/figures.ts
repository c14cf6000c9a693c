import { knownEntry, type SalesFigures } from '@nexus/contracts';

type Transaction = Extract<ReturnType<typeof knownEntry.parse>, { k: 'sale' | 'return' }>;

const nothing = (currency: string): SalesFigures => ({
  currency,
  sales: 0,
  refunds: 0,
  saleLines: 0,
  refundLines: 0,
  grossSalesMinor: 0,
  grossRefundsMinor: 0,
  unitsSold: 0,
  unitsReturned: 0,
  voids: 0,
  grossVoidedMinor: 0,
});

/**
 * Sums sales and returns straight from journal lines, by currency. Training counts nowhere; what was voided counts as a
 * void alone, so the entries that post-voids name must be known before.
 */
export class FigureSum {
  readonly #voided: ReadonlySet<string>;
  readonly #byCurrency = new Map<string, SalesFigures>();

  constructor(voided: ReadonlySet<string>) {
    this.#voided = voided;
  }

  /** Takes a parsed line. One that is no complete entry of its kind is not counted, here as in the books. */
  add(value: unknown): void {
    const entry = knownEntry.safeParse(value);
    if (!entry.success || entry.data.at.tr === true) return;
    if (entry.data.k === 'sale' || entry.data.k === 'return') this.#count(entry.data);
  }

  result(): SalesFigures[] {
    return [...this.#byCurrency.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
  }

  #count(entry: Transaction): void {
    const now = this.#byCurrency.get(entry.T.cur) ?? nothing(entry.T.cur);
    this.#byCurrency.set(entry.T.cur, this.#voided.has(entry.i) ? voided(now, entry) : counted(now, entry));
  }
}

const voided = (sum: SalesFigures, entry: Transaction): SalesFigures => ({
  ...sum,
  voids: sum.voids + 1,
  grossVoidedMinor: sum.grossVoidedMinor + entry.T.gross,
});

function counted(sum: SalesFigures, entry: Transaction): SalesFigures {
  const units = entry.L.reduce((total, line) => total + line.q, 0);
  return entry.k === 'sale'
    ? {
        ...sum,
        sales: sum.sales + 1,
        saleLines: sum.saleLines + entry.L.length,
        grossSalesMinor: sum.grossSalesMinor + entry.T.gross,
        unitsSold: sum.unitsSold + units,
      }
    : {
        ...sum,
        refunds: sum.refunds + 1,
        refundLines: sum.refundLines + entry.L.length,
        grossRefundsMinor: sum.grossRefundsMinor + entry.T.gross,
        unitsReturned: sum.unitsReturned + units,
      };
}
