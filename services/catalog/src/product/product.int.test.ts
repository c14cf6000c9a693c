import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chainStructure, NexusError, type ProductFacts } from '@nexus/contracts';
import { rpcHandler, RpcServer } from '@nexus/messaging';
import type { TestTenant } from '@nexus/testkit';
import { startCatalog, type CatalogFixture } from '../test-support/catalog-fixture.ts';

let catalog: CatalogFixture;
let tenant: TestTenant;
beforeAll(async () => {
  catalog = await startCatalog();
  tenant = await catalog.tenant();
});
afterAll(() => catalog.stop());

const make = async (input: Record<string, unknown>, of = tenant): Promise<ProductFacts> => {
  const { status, body } = await catalog.call(of, 'POST', '/products', input);
  expect({ status, body }).toMatchObject({ status: 201 });
  return body as unknown as ProductFacts;
};

describe('a product', () => {
  test('is made with all that belongs to it and read back the same', async () => {
    const product = await make({
      code: 'SMOCK',
      description: 'Fugu smock',
      priceMinor: 12_000,
      otherPrices: [{ currency: 'XOF', priceMinor: 5000 }],
      barcodes: ['111'],
      variants: [
        { code: 'M', attributes: { size: 'M' }, barcodes: ['112'] },
        { code: 'L', attributes: { size: 'L' } },
      ],
      attributes: { brand: 'Bonwire' },
    });
    expect(product).toMatchObject({
      code: 'SMOCK',
      unit: 'ea',
      taxGroup: 'standard',
      priceMinor: 12_000,
      currency: 'GHS',
      otherPrices: [{ currency: 'XOF', priceMinor: 5000 }],
      barcodes: ['111', '112'],
      attributes: { brand: 'Bonwire' },
      active: true,
    });
    expect(product.variants.map(({ code, barcodes }) => ({ code, barcodes }))).toEqual([
      { code: 'M', barcodes: ['112'] },
      { code: 'L', barcodes: undefined },
    ]);
    expect((await catalog.call(tenant, 'GET', `/products/${product.id}`)).body).toEqual(product);
    const found = await catalog.call(tenant, 'GET', '/products/by-barcode/112');
    expect(found.body).toEqual({ product, variant: product.variants[0]?.id });
  });

  test('changes part by part and keeps what is left out; variants keep their id', async () => {
    const before = await make({
      code: 'CLOTH',
      description: 'Wax print',
      priceMinor: 900,
      barcodes: ['211'],
      variants: [{ code: '6y', barcodes: ['212'] }],
    });
    const change = { priceMinor: null, variants: [{ code: '12y' }, { code: '6y', barcodes: ['213'] }] };
    const { body } = await catalog.call(tenant, 'PATCH', `/products/${before.id}`, change);
    const after = body as unknown as ProductFacts;
    expect(after).toMatchObject({ description: 'Wax print', priceMinor: null, barcodes: ['211', '213'] });
    expect(after.variants[1]?.id).toBe(before.variants[0]?.id);
    expect(after.revision).toBeGreaterThan(before.revision);
  });

  test('codes that differ only in case are two products', async () => {
    const upper = await make({ code: '85123A', description: 'upper' });
    const lower = await make({ code: '85123a', description: 'lower' });
    expect(upper.id).not.toBe(lower.id);
  });

  test('keeps its code and its barcodes from others', async () => {
    await make({ code: 'TAKEN', description: 'x', barcodes: ['311'] });
    const same = await catalog.call(tenant, 'POST', '/products', { code: 'TAKEN', description: 'y' });
    expect(same).toMatchObject({ status: 409, body: { code: 'CAT-1002', detail: 'The code is taken' } });
    const barcode = await catalog.call(tenant, 'POST', '/products', { code: 'B', description: 'y', barcodes: ['311'] });
    expect(barcode).toMatchObject({ status: 409, body: { code: 'CAT-1002', detail: 'A barcode is taken' } });
  });

  test.each([
    [{ code: 'X', description: 'x', tenant: 'other' }],
    [{ code: 'X', description: 'x', priceMinor: 1.5 }],
    [{ code: 'X', description: 'x', priceMinor: -1 }],
    [{ code: 'X', description: 'x', taxGroup: 'nosuch' }],
    [{ code: 'X', description: 'x', otherPrices: [{ currency: 'GHS', priceMinor: 1 }] }],
    [{ code: 'X', description: 'x', otherPrices: [{ currency: 'ZZZ', priceMinor: 1 }] }],
    [{ code: 'X', description: 'x', barcodes: ['1', '1'] }],
    [{ code: 'X', description: 'x', variants: [{ code: 'A' }, { code: 'A' }] }],
    [{ code: 'X'.repeat(65), description: 'x' }],
  ])('that is bad is refused: %j', async (input) => {
    expect(await catalog.call(tenant, 'POST', '/products', input)).toMatchObject({
      status: 400,
      body: { code: 'NX-1001' },
    });
  });

  test('that is taken out of sale is found by id but not by barcode', async () => {
    const product = await make({ code: 'OLD', description: 'x', barcodes: ['411'] });
    expect((await catalog.call(tenant, 'GET', '/products/by-barcode/411')).status).toBe(200);
    expect((await catalog.call(tenant, 'DELETE', `/products/${product.id}`)).status).toBe(204);
    expect((await catalog.call(tenant, 'GET', '/products/by-barcode/411')).status).toBe(404);
    expect((await catalog.call(tenant, 'GET', `/products/${product.id}`)).body).toMatchObject({ active: false });
  });

  test('wants the right to read and to write', async () => {
    expect((await catalog.call(tenant, 'GET', '/products', undefined, ['sales:read'])).status).toBe(403);
    const input = { code: 'N', description: 'x' };
    expect((await catalog.call(tenant, 'POST', '/products', input, ['catalog:read'])).status).toBe(403);
  });
});

describe('another tenant', () => {
  test('sees nothing of it, by id or barcode, and may use the same code and barcode', async () => {
    const other = await catalog.tenant();
    const mine = await make({ code: 'MINE', description: 'x', barcodes: ['511'] });
    await catalog.call(tenant, 'GET', '/products/by-barcode/511');
    expect((await catalog.call(other, 'GET', `/products/${mine.id}`)).status).toBe(404);
    expect((await catalog.call(other, 'PATCH', `/products/${mine.id}`, { unit: 'kg' })).status).toBe(404);
    expect((await catalog.call(other, 'DELETE', `/products/${mine.id}`)).status).toBe(404);
    expect((await catalog.call(other, 'GET', '/products/by-barcode/511')).status).toBe(404);
    const theirs = await make({ code: 'MINE', description: 'y', barcodes: ['511'] }, other);
    expect(theirs.id).not.toBe(mine.id);
  });
});

describe('the list', () => {
  test('goes through all products by code, and finds any part of code or description', async () => {
    const own = await catalog.tenant();
    for (const [code, description] of [
      ['b-1', 'Milo 400 g'],
      ['a-1', '100 % juice'],
      ['c_1', 'milo 800 g'],
    ]) {
      await make({ code, description }, own);
    }
    const codes = (body: Record<string, unknown>) => (body['items'] as ProductFacts[]).map((one) => one.code);
    const first = await catalog.call(own, 'GET', '/products?limit=2');
    expect(codes(first.body)).toEqual(['a-1', 'b-1']);
    const rest = await catalog.call(own, 'GET', `/products?limit=2&cursor=${String(first.body['nextCursor'])}`);
    expect(codes(rest.body)).toEqual(['c_1']);
    expect(rest.body).not.toHaveProperty('nextCursor');
    for (const [search, found] of [
      ['MILO', ['b-1', 'c_1']],
      ['%', ['a-1']],
      ['_', ['c_1']],
      ['zzz', []],
    ] as const) {
      expect(codes((await catalog.call(own, 'GET', `/products?search=${encodeURIComponent(search)}`)).body)).toEqual(
        found,
      );
    }
    expect((await catalog.call(own, 'GET', '/products?cursor=%00')).status).toBe(400);
  });
});

describe("the chain's currency", () => {
  test('is asked of identity by who cannot wait for its event', async () => {
    const bare = await catalog.bareTenant();
    const input = { code: 'FIRST', description: 'x', priceMinor: 5 };
    expect((await catalog.call(bare, 'POST', '/products', input)).status).toBe(503);
    const legalEntity = {
      id: '01930000-0000-7000-8000-00000000000f',
      name: 'Shop',
      taxNumber: null,
      country: 'JP',
      currency: 'JPY',
      fiscalYearStart: '01-01',
    };
    const identity = new RpcServer(catalog.deps.nats, catalog.deps.logger);
    identity.serve([
      rpcHandler(chainStructure, async (ctx) => {
        if (ctx.tenantId !== bare.tenantId) throw new NexusError('NX-3003');
        return { slug: 's', name: 'n', legalEntities: [legalEntity], branches: [], terminals: [] };
      }),
    ]);
    try {
      await (await catalog.deps.nats.connection()).flush();
      expect(await make(input, bare)).toMatchObject({ currency: 'JPY', priceMinor: 5 });
    } finally {
      await identity.stop();
    }
  });
});
