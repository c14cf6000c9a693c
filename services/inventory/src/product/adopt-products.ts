import type { ProductFacts } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';

/** Keeps this service's own copy of what a stock list names: the newest revision wins, whatever order they come in. */
export async function adoptProducts(tx: TenantTx, products: readonly ProductFacts[]): Promise<void> {
  const newest = new Map<string, ProductFacts>();
  for (const product of products) {
    const known = newest.get(product.id);
    if (known === undefined || known.revision <= product.revision) newest.set(product.id, product);
  }
  const rows = [...newest.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  if (rows.length === 0) return;
  const of = (value: (product: ProductFacts) => unknown) => rows.map(value);
  await tx.query(
    `INSERT INTO product AS p (id, code, description, unit, revision)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[])
     ON CONFLICT (id) DO UPDATE SET code = excluded.code, description = excluded.description, unit = excluded.unit, revision = excluded.revision
       WHERE p.revision <= excluded.revision`,
    [of((p) => p.id), of((p) => p.code), of((p) => p.description), of((p) => p.unit), of((p) => p.revision)],
  );
}
