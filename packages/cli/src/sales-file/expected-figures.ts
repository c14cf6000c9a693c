import { QUANTITY_SCALE } from '@nexus/contracts';
import { multiplyDivide } from '@nexus/money';
import { branchOfTerminal, terminalOfInvoice, type SalesFile } from './sales-file.ts';

/** What a file says that its share of a chain must come to. Amounts positive, minor units. */
export interface ExpectedFigures {
  sales: number;
  refunds: number;
  saleLines: number;
  refundLines: number;
  grossSalesMinor: number;
  grossRefundsMinor: number;
}

const none = (): ExpectedFigures => ({
  sales: 0,
  refunds: 0,
  saleLines: 0,
  refundLines: 0,
  grossSalesMinor: 0,
  grossRefundsMinor: 0,
});

/** Totals by plain arithmetic over the file, for the chain and for each branch and terminal by index. */
export function expectedFigures(
  file: SalesFile,
  branches: number,
  terminals: number,
): { totals: ExpectedFigures; branches: ExpectedFigures[]; terminals: ExpectedFigures[] } {
  const totals = none();
  const byBranch = Array.from({ length: branches }, none);
  const byTerminal = Array.from({ length: terminals }, none);
  file.invoices.forEach((invoice, k) => {
    const terminal = terminalOfInvoice(k, terminals);
    const gross = invoice.lines.reduce(
      (sum, line) => sum + multiplyDivide(line.quantity, line.priceMinor, QUANTITY_SCALE),
      0,
    );
    for (const row of [totals, byBranch[branchOfTerminal(terminal, branches)], byTerminal[terminal]]) {
      if (row === undefined) continue;
      if (invoice.isReturn) {
        row.refunds += 1;
        row.refundLines += invoice.lines.length;
        row.grossRefundsMinor += gross;
      } else {
        row.sales += 1;
        row.saleLines += invoice.lines.length;
        row.grossSalesMinor += gross;
      }
    }
  });
  return { totals, branches: byBranch, terminals: byTerminal };
}
