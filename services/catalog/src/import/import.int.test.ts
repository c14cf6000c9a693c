import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { productsChanged, readEvents, type ProductFacts } from '@nexus/contracts';
import { callRpc } from '@nexus/messaging';
import type { TestTenant } from '@nexus/testkit';
import { startCatalog, type CatalogFixture } from '../test-support/catalog-fixture.ts';

let catalog: CatalogFixture;
beforeAll(async () => {
  catalog = await startCatalog();
});
afterAll(() => catalog.stop());

const products = async (tenant: TestTenant): Promise<ProductFacts[]> =>
  (await catalog.call(tenant, 'GET', '/products?limit=200')).body['items'] as ProductFacts[];

/** Every product that the log tells of, by id, newest last. */
async function toldOf(tenant: TestTenant): Promise<ProductFacts[]> {
  const told: ProductFacts[] = [];
  for (let after = 0; ;) {
    const request = { epoch: 0, after, limit: 100 };
    const page = await callRpc(catalog.deps.nats, readEvents('catalog'), tenant.tenantId, {
      ...request,
      epoch: after === 0 ? 0 : 1,
    });
    for (const event of page.events) {
      if (event.kind === productsChanged.kind) told.push(...productsChanged.data.parse(event.data).products);
      after = event.position;
    }
    if (after >= page.head) return told;
  }
}

describe('an import', () => {
  test('makes, changes and leaves alone, by code, and says in events what it did', async () => {
    const tenant = await catalog.tenant();
    const first = await catalog.csv(
      tenant,
      'code,description,price,barcodes,unit,tax_group,attribute:brand\n' +
        'milo,Milo 400 g,45.50,200|201,ea,zero,Nestle\nyam,Pona yam,12,,kg,,\nMILO,Other Milo,1,,,,\n',
    );
    expect(first).toMatchObject({ status: 200, body: { rows: 3, created: 3, updated: 0, unchanged: 0 } });
    const before = await products(tenant);
    expect(
      before.map(({ code, priceMinor, unit, taxGroup, barcodes }) => [code, priceMinor, unit, taxGroup, barcodes]),
    ).toEqual([
      ['MILO', 100, 'ea', 'standard', []],
      ['milo', 4550, 'ea', 'zero', ['200', '201']],
      ['yam', 1200, 'kg', 'standard', []],
    ]);

    const second = await catalog.csv(tenant, 'price,code,description\n45.50,milo,Milo 400 g\n13,yam,Pona yam\n');
    expect(second.body).toMatchObject({ rows: 2, created: 0, updated: 1, unchanged: 1 });
    const after = await products(tenant);
    expect(after.map((one) => one.id)).toEqual(before.map((one) => one.id));
    expect(after[1]).toEqual(before[1]);
    expect(after[2]).toMatchObject({ unit: 'kg', priceMinor: 1300 });

    const told = await toldOf(tenant);
    expect(told).toHaveLength(4);
    expect(told.at(-1)).toEqual(after[2]);
  });

  test('puts a product that was taken out back into sale', async () => {
    const tenant = await catalog.tenant();
    await catalog.csv(tenant, 'code,description,price\na,A,1\n');
    const [product] = await products(tenant);
    await catalog.call(tenant, 'DELETE', `/products/${product?.id ?? ''}`);
    expect((await catalog.csv(tenant, 'code,description,price\na,A,1\n')).body).toMatchObject({ updated: 1 });
    expect((await products(tenant))[0]).toMatchObject({ active: true });
  });

  test('may let barcodes wander between the rows of one file', async () => {
    const tenant = await catalog.tenant();
    await catalog.csv(tenant, 'code,description,price,barcodes\na,A,1,1\nb,B,1,2\n');
    const swap = await catalog.csv(tenant, 'code,description,price,barcodes\na,A,1,2\nb,B,1,1\n');
    expect(swap.body).toMatchObject({ updated: 2 });
    expect((await products(tenant)).map((one) => one.barcodes)).toEqual([['2'], ['1']]);
  });

  test('with one bad row changes nothing at all, and names it', async () => {
    const tenant = await catalog.tenant();
    await catalog.csv(tenant, 'code,description,price,barcodes\na,A,1,1\n');
    const revision = (await catalog.call(tenant, 'GET', '/catalogue')).body['revision'];
    const rows = (last: string) => `code,description,price,barcodes,tax_group\nb,B,1,7,\n${last}\n`;
    for (const [row, reason] of [
      ['c,C,x,,', 'price: "x" is not a number like 12.50'],
      ['c,C,1,1,', 'barcodes: 1 belongs to a product outside this file'],
      ['c,C,1,,luxury', 'tax_group: there is no luxury'],
    ] as const) {
      const { status, body } = await catalog.csv(tenant, rows(row));
      expect({ status, body }).toMatchObject({
        status: 422,
        body: { code: 'CAT-1001', badRows: [{ line: 3, reason }], badRowsTotal: 1 },
      });
      expect((await products(tenant)).map((one) => one.code)).toEqual(['a']);
      expect((await catalog.call(tenant, 'GET', '/catalogue')).body['revision']).toBe(revision);
    }
    expect(await toldOf(tenant)).toHaveLength(1);
  });

  test('drops what was kept of look-ups', async () => {
    const tenant = await catalog.tenant();
    await catalog.csv(tenant, 'code,description,price,barcodes\na,A,1,1\n');
    const price = async () =>
      ((await catalog.call(tenant, 'GET', '/products/by-barcode/1')).body['product'] as ProductFacts).priceMinor;
    expect(await price()).toBe(100);
    await catalog.csv(tenant, 'code,description,price\na,A,2\n');
    expect(await price()).toBe(200);
  });

  test('takes CSV and nothing else', async () => {
    const tenant = await catalog.tenant();
    expect(await catalog.call(tenant, 'POST', '/imports', {})).toMatchObject({ status: 415 });
  });

  test('of 100,000 rows is one transaction, told in events of at most 500 products', async () => {
    const tenant = await catalog.tenant();
    const rows = Array.from({ length: 100_000 }, (_, at) => `P${at},Product number ${at} 400 g,${at % 90}.50,2${at}`);
    const { status, body } = await catalog.csv(tenant, ['code,description,price,barcodes', ...rows, ''].join('\n'));
    expect({ status, body }).toMatchObject({ status: 200, body: { created: 100_000 } });
    const [events] = await catalog.query<{ n: number }>(
      tenant,
      `SELECT count(*)::int AS n FROM event_log WHERE kind = 'products-changed'`,
    );
    expect(events?.n).toBe(200);
    const told = await toldOf(tenant);
    expect(new Set(told.map((one) => one.id)).size).toBe(100_000);
    const found = await catalog.call(tenant, 'GET', '/products?search=number 99999');
    expect((found.body['items'] as ProductFacts[]).map((one) => one.code)).toEqual(['P99999']);
  }, 180_000);
});
