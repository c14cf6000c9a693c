import { describe, expect, test } from '@jest/globals';
import { ROLE_BUNDLES, type Permission } from '@nexus/contracts';
import { itemOf, menuFor } from './menu.ts';

const pages = (permissions: readonly Permission[]) => menuFor(permissions).map(({ id }) => id);

describe('menu', () => {
  test('shows each role what it may read, and nothing else', () => {
    const all = ['today', 'sales', 'products', 'stock', 'exceptions', 'terminals'];
    expect(pages(ROLE_BUNDLES.owner)).toEqual(all);
    expect(pages(ROLE_BUNDLES.manager)).toEqual(all);
    expect(pages(ROLE_BUNDLES.accountant)).toEqual(['today', 'sales', 'products', 'stock', 'exceptions']);
    expect(pages(ROLE_BUNDLES['stock-keeper'])).toEqual(['products', 'stock']);
    expect(pages(ROLE_BUNDLES.cashier)).toEqual(['products']);
    expect(pages(ROLE_BUNDLES['platform-operator'])).toEqual([]);
    expect(pages([])).toEqual([]);
  });

  test('a path belongs to the item whose folder it is in', () => {
    expect(itemOf('/')?.id).toBe('today');
    expect(itemOf('/sales')?.id).toBe('sales');
    expect(itemOf('/sales/0193')?.id).toBe('sales');
    expect(itemOf('/salesmen')).toBeNull();
  });
});
