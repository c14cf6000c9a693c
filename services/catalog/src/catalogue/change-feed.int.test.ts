import { setImmediate as breathe } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { productsChanged, readEvents, taxGroupsChanged, type ProductFacts, type TaxGroupFacts } from '@nexus/contracts';
import { callRpc } from '@nexus/messaging';
import { waitFor, type TestTenant } from '@nexus/testkit';
import { heardOf, startCatalog, type CatalogFixture } from '../test-support/catalog-fixture.ts';

let catalog: CatalogFixture;
beforeAll(async () => {
  catalog = await startCatalog();
});
afterAll(() => catalog.stop());

/** Follows a tenant's log as sync does, from where it stands, and never goes back. */
function follower(tenant: TestTenant) {
  const products = new Map<string, ProductFacts>();
  const groups: TaxGroupFacts[] = [];
  let after = 0;
  return {
    products,
    groups,
    read: async (): Promise<void> => {
      const request = { epoch: after === 0 ? 0 : 1, after, limit: 7 };
      const page = await callRpc(catalog.deps.nats, readEvents('catalog'), tenant.tenantId, request);
      for (const event of page.events) {
        expect(event.position).toBe(after + 1);
        after = event.position;
        if (event.kind === taxGroupsChanged.kind) groups.push(...taxGroupsChanged.data.parse(event.data).groups);
        if (event.kind !== productsChanged.kind) continue;
        for (const product of productsChanged.data.parse(event.data).products) {
          // Whole state, newest wins: a later position is never an older revision.
          expect(product.revision).toBeGreaterThan(products.get(product.id)?.revision ?? 0);
          products.set(product.id, product);
        }
      }
    },
  };
}

describe('the change feed', () => {
  test('skips no row while many write at once', async () => {
    const tenant = await catalog.tenant();
    const feed = follower(tenant);
    const written = new Map<string, ProductFacts>();
    let writing = true;
    const writer = async (name: number): Promise<void> => {
      for (let at = 0; at < 12; at += 1) {
        const input = { code: `${name}-${at}`, description: 'x', priceMinor: at };
        const made = (await catalog.call(tenant, 'POST', '/products', input)).body as unknown as ProductFacts;
        written.set(made.id, made);
        if (at % 3 === 0) {
          const changed = await catalog.call(tenant, 'PATCH', `/products/${made.id}`, { description: 'y' });
          written.set(made.id, changed.body as unknown as ProductFacts);
        }
      }
    };
    const reader = async (): Promise<void> => {
      while (writing) {
        await feed.read();
        await breathe();
      }
    };
    const importer = catalog.csv(
      tenant,
      ['code,description,price', ...Array.from({ length: 3000 }, (_, at) => `i${at},z,1`), ''].join('\n'),
    );
    const reading = reader();
    await Promise.all([...[1, 2, 3, 4, 5, 6].map(writer), importer]);
    writing = false;
    await reading;
    await waitFor(async () => (await feed.read(), feed.products.size === 3072), { what: 'the end of the log' });
    for (const [id, product] of written) expect(feed.products.get(id)).toEqual(product);
  }, 180_000);

  test("begins with the country's tax groups, which a chain's own are never overwritten by", async () => {
    const tenant = await catalog.bareTenant();
    const own = { name: 'Ours', components: [{ code: 'VAT', rate: 1 }] };
    await catalog.call(tenant, 'PUT', '/tax-groups/zero', own);
    await catalog.deps.db.tx(tenant, (tx) => heardOf(catalog.deps.db, tx, { country: 'GH', currency: 'GHS' }));
    await catalog.deps.db.tx(tenant, (tx) => heardOf(catalog.deps.db, tx, { country: 'GB', currency: 'GBP' }));
    const { body } = await catalog.call(tenant, 'GET', '/tax-groups');
    const groups = body['items'] as TaxGroupFacts[];
    expect(groups.map((group) => [group.code, group.components.map((one) => one.rate)])).toEqual([
      ['exempt', []],
      ['standard', [150_000, 25_000, 25_000]],
      ['zero', [1]],
    ]);
    const feed = follower(tenant);
    await feed.read();
    expect(feed.groups).toEqual([{ code: 'zero', ...own }, ...groups]);
  });

  test('tells of tax groups that change or go', async () => {
    const tenant = await catalog.tenant();
    const drinks = { name: 'Drinks', components: [{ code: 'EXC', rate: 50_000 }] };
    expect((await catalog.call(tenant, 'PUT', '/tax-groups/drinks', drinks)).status).toBe(200);
    await catalog.call(tenant, 'POST', '/products', { code: 'beer', description: 'x', taxGroup: 'drinks' });
    expect(await catalog.call(tenant, 'DELETE', '/tax-groups/drinks')).toMatchObject({ status: 409 });
    expect(await catalog.call(tenant, 'DELETE', '/tax-groups/standard')).toMatchObject({ status: 409 });
    expect(await catalog.call(tenant, 'DELETE', '/tax-groups/nosuch')).toMatchObject({ status: 404 });
    expect((await catalog.call(tenant, 'DELETE', '/tax-groups/zero')).status).toBe(204);
    const feed = follower(tenant);
    await feed.read();
    expect(feed.groups.slice(3)).toEqual([
      { code: 'drinks', ...drinks },
      { code: 'zero', name: 'Zero rate', components: [{ code: 'VAT', rate: 0 }], active: false },
    ]);
  });
});
