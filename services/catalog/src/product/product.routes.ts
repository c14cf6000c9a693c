import {
  barcodeAnswer,
  barcodeText,
  NexusError,
  productChange,
  productFacts,
  productInput,
  productListQuery,
  productPage,
  uuid,
  type ProductFacts,
} from '@nexus/contracts';
import { defineRoute, noContent, type Route } from '@nexus/service-kit';
import type { TenantContext, TenantTx } from '@nexus/tenancy-db';
import { z } from 'zod';
import { ensureChain } from '../catalogue/adopt-chain.ts';
import { beginWrite, knownCurrency, readCatalogue, type ReadyCatalogue } from '../catalogue/catalogue.repository.ts';
import type { CatalogDeps } from '../deps.ts';
import { findByBarcode } from './find-by-barcode.ts';
import { listProducts, productById } from './product.repository.ts';
import { pageAfter, pageOfProducts } from './product-page.ts';
import { publishProducts } from './publish-products.ts';
import { changeProduct, createProduct } from './write-product.ts';

const oneProduct = z.strictObject({ product: uuid });
const READ = { permission: 'catalog:read' } as const;
const WRITE = { permission: 'catalog:manage' } as const;

/** One product written: the next revision, its state, its event. */
async function written(
  deps: CatalogDeps,
  ctx: TenantContext,
  write: (tx: TenantTx, catalogue: ReadyCatalogue) => Promise<ProductFacts>,
): Promise<ProductFacts> {
  await ensureChain(deps, ctx);
  return deps.db.tx(ctx, async (tx) => {
    const facts = await write(tx, knownCurrency(await beginWrite(tx)));
    await publishProducts(deps, tx, [facts]);
    return facts;
  });
}

const read = <T>(
  deps: CatalogDeps,
  ctx: TenantContext,
  work: (tx: TenantTx, currency: string) => Promise<T>,
): Promise<T> => deps.db.tx(ctx, async (tx) => work(tx, knownCurrency(await readCatalogue(tx)).currency));

export const productRoutes = (deps: CatalogDeps): Route[] => [
  defineRoute({
    method: 'get',
    path: '/products',
    summary: 'Products by code, a page at a time',
    access: READ,
    query: productListQuery,
    response: productPage,
    handler: async ({ ctx, query }) => {
      await ensureChain(deps, ctx);
      const filter = {
        search: query.search,
        active: query.active === undefined ? undefined : query.active === 'true',
        after: pageAfter(query.cursor),
        limit: query.limit + 1,
      };
      return read(deps, ctx, async (tx, currency) =>
        pageOfProducts(await listProducts(tx, currency, filter), query.limit),
      );
    },
  }),
  defineRoute({
    method: 'post',
    path: '/products',
    summary: 'Make a product',
    access: WRITE,
    body: productInput,
    response: productFacts,
    status: 201,
    limits: { bodyBytes: 512 * 1024 },
    handler: async ({ ctx, body, reply }) => {
      const product = await written(deps, ctx, (tx, catalogue) => createProduct(tx, catalogue, body));
      reply.header('location', `products/${product.id}`);
      return product;
    },
  }),
  defineRoute({
    method: 'get',
    path: '/products/by-barcode/:barcode',
    summary: 'The active product that a barcode means',
    access: READ,
    params: z.strictObject({ barcode: barcodeText }),
    response: barcodeAnswer,
    handler: async ({ ctx, params }) => {
      const found = await findByBarcode(deps, ctx, params.barcode);
      if (found === null) throw new NexusError('NX-1002', 'No product has this barcode');
      return found;
    },
  }),
  defineRoute({
    method: 'get',
    path: '/products/:product',
    summary: 'One product',
    access: READ,
    params: oneProduct,
    response: productFacts,
    handler: ({ ctx, params }) => read(deps, ctx, (tx, currency) => productById(tx, currency, params.product)),
  }),
  defineRoute({
    method: 'patch',
    path: '/products/:product',
    summary: 'Change a product',
    access: WRITE,
    params: oneProduct,
    body: productChange,
    response: productFacts,
    limits: { bodyBytes: 512 * 1024 },
    handler: ({ ctx, params, body }) =>
      written(deps, ctx, (tx, catalogue) => changeProduct(tx, catalogue, params.product, body)),
  }),
  defineRoute({
    method: 'delete',
    path: '/products/:product',
    summary: 'Take a product out of sale; what was sold keeps pointing at it',
    access: WRITE,
    params: oneProduct,
    response: noContent,
    handler: async ({ ctx, params }) => {
      await written(deps, ctx, (tx, catalogue) => changeProduct(tx, catalogue, params.product, { active: false }));
    },
  }),
];
