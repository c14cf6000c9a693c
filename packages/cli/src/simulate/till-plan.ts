import { QUANTITY_SCALE } from '@nexus/contracts';
import { multiplyDivide } from '@nexus/money';
import { instantOf } from '../sales-file/local-time.ts';
import { soldByBranch, terminalOfInvoice, type FileInvoice, type SalesFile } from '../sales-file/sales-file.ts';

/** What one till does on one business date without closing its shift. */
export interface PlannedShift {
  readonly businessDate: string;
  /** Cash that the drawer needs at the start, so that its refunds never empty it; minor units. */
  readonly floatMinor: number;
  readonly invoices: readonly PlannedInvoice[];
}
export interface PlannedInvoice {
  readonly invoice: FileInvoice;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Stock counted into a branch before its first invoice. */
export interface PlannedCount {
  readonly at: number;
  /** Product index → thousandths. */
  readonly quantities: ReadonlyMap<number, number>;
}
export interface TillPlan {
  /** The branch's opening stock, for the first till of each branch. */
  readonly opening: PlannedCount | undefined;
  readonly shifts: readonly PlannedShift[];
}

const HOUR_MS = 3_600_000;

/** Shares a file out over tills: `k mod T`, the till's invoices in file order, a shift for each run of one date. */
export function planTills(file: SalesFile, branches: number, terminals: number, zone: string): TillPlan[] {
  const sold = soldByBranch(file, branches, terminals);
  const planned = Array.from({ length: terminals }, (): PlannedInvoice[] => []);
  const firstAt = new Array<number>(branches).fill(Number.POSITIVE_INFINITY);
  file.invoices.forEach((invoice, k) => {
    const t = terminalOfInvoice(k, terminals);
    const at = instantOf(invoice.wallMs, zone);
    planned[t]?.push({ invoice, at });
    firstAt[t % branches] = Math.min(firstAt[t % branches] ?? at, at);
  });
  return planned.map((invoices, t) => {
    // Terminal b is the first of branch b.
    const quantities = t < branches ? sold[t] : undefined;
    const at = (firstAt[t] ?? 0) - HOUR_MS;
    return {
      opening: quantities === undefined || quantities.size === 0 ? undefined : { at, quantities },
      shifts: inShifts(invoices),
    };
  });
}

const dateOf = (invoice: FileInvoice): string => new Date(invoice.wallMs).toISOString().slice(0, 10);

function inShifts(invoices: readonly PlannedInvoice[]): PlannedShift[] {
  const runs: { businessDate: string; invoices: PlannedInvoice[] }[] = [];
  for (const planned of invoices) {
    const businessDate = dateOf(planned.invoice);
    const last = runs.at(-1);
    if (last?.businessDate === businessDate) last.invoices.push(planned);
    else runs.push({ businessDate, invoices: [planned] });
  }
  return runs.map((run) => ({ ...run, floatMinor: floatFor(run.invoices) }));
}

function floatFor(invoices: readonly PlannedInvoice[]): number {
  let cash = 0;
  let lowest = 0;
  for (const { invoice } of invoices) {
    const gross = invoice.lines.reduce(
      (sum, line) => sum + multiplyDivide(line.quantity, line.priceMinor, QUANTITY_SCALE),
      0,
    );
    cash += invoice.isReturn ? -gross : gross;
    lowest = Math.min(lowest, cash);
  }
  return -lowest + 0;
}
