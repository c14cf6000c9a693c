/** A product that a sales file names. */
export interface FileProduct {
  readonly code: string;
  /** The last description and price that the file gives it. */
  readonly description: string;
  readonly priceMinor: number;
}

/** One line of an invoice. Quantity and price are positive: the invoice says which way the goods go. */
export interface FileLine {
  /** Index into `SalesFile.products`. */
  readonly product: number;
  /** Thousandths. */
  readonly quantity: number;
  readonly priceMinor: number;
}

export interface FileInvoice {
  readonly number: string;
  /** A return without receipt (`C…`), otherwise a sale. */
  readonly isReturn: boolean;
  /** What the wall clock of the branch showed, as if it were UTC, epoch milliseconds. */
  readonly wallMs: number;
  readonly lines: readonly FileLine[];
}

/** A whole sales file: invoices by first appearance, their lines in file order. */
export interface SalesFile {
  readonly products: readonly FileProduct[];
  readonly invoices: readonly FileInvoice[];
}

/** Where invoice `k` is sold: terminal `k mod T`, which stands in branch `t mod B`. */
export const terminalOfInvoice = (invoice: number, terminals: number): number => invoice % terminals;
export const branchOfTerminal = (terminal: number, branches: number): number => terminal % branches;

/** Stock that a branch needs so that its share of the file sells out: product index → thousandths. */
export function soldByBranch(file: SalesFile, branches: number, terminals: number): Map<number, number>[] {
  const sold = Array.from({ length: branches }, () => new Map<number, number>());
  file.invoices.forEach((invoice, k) => {
    if (invoice.isReturn) return;
    const of = sold[branchOfTerminal(terminalOfInvoice(k, terminals), branches)];
    for (const line of invoice.lines) of?.set(line.product, (of.get(line.product) ?? 0) + line.quantity);
  });
  return sold;
}
