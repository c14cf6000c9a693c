import { expect, test } from '@jest/globals';
import { withFilters } from './with-filters.ts';

test('changes the filters that are named and keeps the others', () => {
  const url = new URL('https://nexus.example/sales?kind=return&date=2026-11-21');
  expect(withFilters(url, { kind: 'sale' })).toBe('/sales?kind=sale&date=2026-11-21');
  expect(withFilters(url, { kind: null, date: '' })).toBe('/sales');
  expect(withFilters(url, { receipt: '4 & 5' })).toBe('/sales?kind=return&date=2026-11-21&receipt=4+%26+5');
});
