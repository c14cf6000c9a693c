import type { TenantContext } from '@nexus/tenancy-db';
import type { CatalogDeps } from '../deps.ts';
import type { BarcodeFound } from './barcode-cache.ts';
import { variantOfBarcode } from './product.ts';
import { productByBarcode } from './product.repository.ts';

/** The active product with this barcode, from this tenant's kept answers where it is there. */
export const findByBarcode = (
  deps: Pick<CatalogDeps, 'db' | 'cache'>,
  ctx: TenantContext,
  barcode: string,
): Promise<BarcodeFound> =>
  deps.cache.get(ctx.tenantId, barcode, () =>
    deps.db.tx(ctx, async (tx) => {
      const product = await productByBarcode(tx, barcode);
      return product === null ? null : { product, variant: variantOfBarcode(product, barcode) };
    }),
  );
