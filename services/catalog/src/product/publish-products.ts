import { productsChanged, type ProductFacts } from '@nexus/contracts';
import { appendEvent } from '@nexus/messaging';
import type { TenantTx } from '@nexus/tenancy-db';
import type { CatalogDeps } from '../deps.ts';
import { inEvents } from './product.ts';

/**
 * Says in the transaction that wrote them what these products are now, in as few events as their size allows; once it is
 * committed, this tenant's kept look-ups are dropped.
 */
export async function publishProducts(
  deps: Pick<CatalogDeps, 'db' | 'cache'>,
  tx: TenantTx,
  products: readonly ProductFacts[],
): Promise<void> {
  for (const run of inEvents(products)) await appendEvent(deps.db, tx, productsChanged, { products: run });
  tx.afterCommit(() => deps.cache.forget(tx.tenantId));
}
