import {
  createTenant,
  enrolmentCode,
  importProducts,
  setUpChain,
  type OperatorSession,
  type TenantSession,
} from '@nexus/cli';
import { auditPath, chainStructure, productPage } from '@nexus/contracts';
import type { Till } from '@nexus/terminal-core';
import { createHeadlessTill, type LoadProduct } from '@nexus/terminal-headless';

const BRANCHES = 10;
const PRODUCTS = 1_000;
const TAX_GROUP = { code: 'zero', components: [] };

/** A chain for load: tills in memory, enrolled as real ones are, and the products that they sell. */
export interface LoadChain {
  readonly tenantId: string;
  readonly slug: string;
  readonly tills: readonly Till[];
  readonly products: readonly LoadProduct[];
}

/** Makes a chain of 10 branches, 1,000 products and that many tills through the platform's own APIs. */
export async function makeLoadChain(session: OperatorSession, origin: string, tills: number): Promise<LoadChain> {
  const name = `Load ${Date.now().toString(36)}`;
  const { tenantId, slug } = await createTenant(session, {
    name,
    ownerEmail: 'load@example.test',
    currency: 'GHS',
    country: 'GH',
  });
  const { api } = await session.enter(slug);
  await importProducts(api, () => new TextEncoder().encode(productFile()));
  const structure = await api.call({
    method: 'POST',
    path: `/api/identity${auditPath(chainStructure)}`,
    body: {},
    response: chainStructure.reply,
  });
  const staffed = await setUpChain(api, structure, { branches: BRANCHES, terminals: tills, zone: 'Africa/Accra' });
  const open: Till[] = [];
  for (const terminal of staffed) {
    const till = await createHeadlessTill({ platform: origin, synchronous: 'off' });
    const enrolled = await till.enrol(await enrolmentCode(api, terminal.facts.id));
    if (!enrolled.ok) throw new Error(`a till could not be enrolled: ${enrolled.reason}`);
    open.push(till);
  }
  return { tenantId, slug, tills: open, products: await productsOf(api) };
}

const productFile = (): string =>
  [
    'code,description,price',
    ...Array.from({ length: PRODUCTS }, (_, n) => `L${n},Load product number ${n},${(n % 97) + 1}.50`),
  ].join('\n');

async function productsOf(api: TenantSession['api']): Promise<LoadProduct[]> {
  const products: LoadProduct[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await api.call({
      path: `/api/catalog/products?limit=200${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      response: productPage,
    });
    for (const { id, code, description, priceMinor } of page.items) {
      products.push({ id, code, description, priceMinor: priceMinor ?? 0, taxGroup: TAX_GROUP });
    }
    if (page.nextCursor === undefined) return products;
    cursor = page.nextCursor;
  }
}
