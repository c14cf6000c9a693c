import { createHeadlessTill } from '../headless-till.ts';
import { FakePlatform } from './fake-platform.ts';

/*
 * Sells for ever from the folder given, and writes the entry id of each sale to standard output once it is paid: to be
 * killed at any moment. The till in the folder is enrolled and has a shift open.
 */
const till = await createHeadlessTill({ directory: process.argv[2] ?? '', platform: new FakePlatform() });

for (let n = 1; ; n++) {
  const cart = till.newCart();
  for (let line = 0; line <= n % 3; line++) {
    cart.addLine({
      product: `0190b6a2-1111-7000-8000-${String(line).padStart(12, '0')}`,
      code: `P${line}`,
      description: 'Thing',
      quantity: 1000,
      unitPrice: 100 + n,
      taxGroup: { code: 'standard', components: [{ code: 'VAT', rate: 150_000 }] },
    });
  }
  const finished = await till.finishSale({ cart, tenders: [{ type: 'cash' }] });
  if (!finished.ok) throw new Error(finished.reason);
  process.stdout.write(`${finished.entry.id}\n`);
}
