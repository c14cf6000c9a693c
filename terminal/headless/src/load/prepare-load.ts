import type { TaxGroup } from '@nexus/pricing';
import {
  readChains,
  planBatch,
  prepareUpload,
  type NewCartLine,
  type PreparedUpload,
  type Till,
} from '@nexus/terminal-core';

/** A product as load needs it. */
export interface LoadProduct {
  readonly id: string;
  readonly code: string;
  readonly description: string;
  readonly priceMinor: number;
  readonly taxGroup: TaxGroup;
  readonly barcode?: string;
  readonly variant?: string;
}

export interface LoadOptions {
  readonly products: readonly LoadProduct[];
  readonly sales: number;
  readonly linesPerSale: number;
}

/**
 * Sells: each sale with that many lines of different products in turn, and one cash tender. Entries are as wide as in a
 * shop that uses everything: scanned codes, list prices beside overrides, discounts, customers, references.
 */
export const sellForLoad = async (till: Till, options: LoadOptions): Promise<void> => {
  const { products, sales, linesPerSale } = options;
  if (products.length === 0) throw new Error('load needs products');
  if (!till.shift) {
    const opened = await till.openShift({ cashier: 'load', floatMinor: 0 });
    if (!opened.ok) throw new Error(`the shift did not open: ${opened.reason}`);
  }
  let next = 0;
  for (let sale = 0; sale < sales; sale++) {
    const cart = till.newCart();
    for (let line = 0; line < linesPerSale; line++) {
      cart.addLine(wideLine(products[next++ % products.length] as LoadProduct, line));
    }
    const finished = await till.finishSale({
      cart,
      tenders: [{ type: 'cash', references: { drawer: 'front', note: `load ${sale}` } }],
      customer: till.context.journal.newId(),
      approvals: [{ by: till.context.journal.newId(), how: 'pin', why: 'price-override' }],
    });
    if (!finished.ok) throw new Error(`a sale was refused: ${finished.reason}`);
  }
};

const wideLine = (product: LoadProduct, line: number): NewCartLine => ({
  product: product.id,
  ...(product.variant !== undefined && { variant: product.variant }),
  code: product.code,
  scannedCode: product.barcode ?? product.code,
  description: product.description,
  unit: 'pc',
  quantity: 1000 + 1000 * (line % 3),
  listPrice: product.priceMinor,
  unitPrice: product.priceMinor - 1,
  source: 'override',
  taxGroup: product.taxGroup,
  discounts: [
    { source: 'promotion', reason: 'week-of-the-year', rate: 100_000 },
    { source: 'manual', reason: 'regular-customer', rate: 50_000 },
  ],
  lot: `LOT-${product.code}`,
  serial: `SN-${product.id}`,
});

/**
 * Everything unsent of the till's newest chain as signed uploads, ready to go, so that making them costs no load time.
 * Each is made as if those before it had been acknowledged: what an upload says to be unsent is what the till still
 * holds when its turn comes, and after the last one that is nothing. The till believes so from then on.
 */
export const prepareLoad = async (till: Till, entriesPerUpload: number): Promise<PreparedUpload[]> => {
  const chain = (await readChains(till.context.store)).at(-1);
  if (!chain) throw new Error('the till has no chain');
  const uploads: PreparedUpload[] = [];
  const limits = { entries: entriesPerUpload, bytes: 4 * 1024 * 1024 };
  for (let first = chain.acknowledged + 1; first <= chain.head.seq;) {
    const batch = await planBatch(till.context.store, chain.no, first, limits);
    uploads.push(await prepareUpload(till.context, chain, batch));
    first += batch.count;
    await till.context.store.run('UPDATE chain SET acknowledged = ? WHERE no = ?', [first - 1, chain.no]);
  }
  return uploads;
};
