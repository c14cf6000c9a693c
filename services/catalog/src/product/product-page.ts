import { NexusError, productCode, type ProductFacts } from '@nexus/contracts';

/** A cursor is the last code of the page before, in base64url so that it is plainly no code to build oneself. */
const cursorOf = (product: ProductFacts): string => Buffer.from(product.code, 'utf8').toString('base64url');

/** The code after which a page begins; NX-1001 for a cursor that no page gave. */
export function pageAfter(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const code = productCode.safeParse(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!code.success) throw new NexusError('NX-1001', 'The cursor is not one that this list gave');
  return code.data;
}

/** A page from rows of which one more than `limit` was asked for. */
export function pageOfProducts(
  products: readonly ProductFacts[],
  limit: number,
): { items: ProductFacts[]; nextCursor?: string } {
  const items = products.slice(0, limit);
  const last = items.at(-1);
  return products.length > limit && last !== undefined ? { items, nextCursor: cursorOf(last) } : { items };
}
