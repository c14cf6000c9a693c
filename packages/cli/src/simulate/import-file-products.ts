import { MAX_IMPORT_ROWS, type ImportAnswer } from '@nexus/contracts';
import { csvLine } from '@nexus/demo-data';
import { exponentOf, toDecimal } from '@nexus/money';
import { importProducts } from '../commands/catalogue.ts';
import type { SalesFile } from '../sales-file/sales-file.ts';
import type { ApiClient } from '../session/api-client.ts';

/** Makes the products that the file names, with their latest description and price. */
export async function importFileProducts(
  api: ApiClient,
  file: SalesFile,
  currency: string,
): Promise<Pick<ImportAnswer, 'created' | 'updated' | 'unchanged'>> {
  const scale = exponentOf(currency);
  const total = { created: 0, updated: 0, unchanged: 0 };
  for (let at = 0; at < file.products.length; at += MAX_IMPORT_ROWS) {
    const rows = file.products
      .slice(at, at + MAX_IMPORT_ROWS)
      .map((product) => csvLine([product.code, product.description, toDecimal(product.priceMinor, scale)]));
    const csv = new TextEncoder().encode(csvLine(['code', 'description', 'price']) + rows.join(''));
    const answer = await importProducts(api, () => csv);
    total.created += answer.created;
    total.updated += answer.updated;
    total.unchanged += answer.unchanged;
  }
  return total;
}
