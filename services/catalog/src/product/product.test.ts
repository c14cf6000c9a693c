import { describe, expect, test } from '@jest/globals';
import type { ProductFacts } from '@nexus/contracts';
import fc from 'fast-check';
import {
  MAX_PRODUCTS_IN_EVENT,
  MAX_PRODUCT_BYTES_IN_EVENT,
  firstRepeated,
  inEvents,
  ownBarcodes,
  variantOfBarcode,
} from './product.ts';

const product = (over: Partial<ProductFacts> = {}): ProductFacts => ({
  id: '01930000-0000-7000-8000-000000000001',
  code: 'A',
  description: 'Milo 400 g',
  unit: 'ea',
  taxGroup: 'standard',
  priceMinor: 4500,
  currency: 'GHS',
  barcodes: [],
  variants: [],
  active: true,
  revision: 1,
  ...over,
});

const variant = { id: '01930000-0000-7000-8000-000000000002', code: 'RED', attributes: {}, barcodes: ['222'] };

describe('products in events', () => {
  test('every product is in exactly one event, in order, and every event is within its limits', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(lengths, (all) => {
        const products = all.map((length, at) => product({ code: String(at), description: 'x'.repeat(length) }));
        const events = inEvents(products);
        expect(events.flat()).toEqual(products);
        for (const event of events) {
          expect(event.length).toBeGreaterThan(0);
          expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(MAX_PRODUCT_BYTES_IN_EVENT + 2);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('at most 500 products go into one', () => {
    const products = Array.from({ length: 1201 }, (_, at) => product({ code: String(at) }));
    expect(inEvents(products).map((event) => event.length)).toEqual([
      MAX_PRODUCTS_IN_EVENT,
      MAX_PRODUCTS_IN_EVENT,
      201,
    ]);
  });
});

describe('barcodes of a product', () => {
  const coat = product({ barcodes: ['111', '222'], variants: [variant] });

  test('one that stands at a variant means that variant', () => {
    expect(variantOfBarcode(coat, '222')).toBe(variant.id);
    expect(variantOfBarcode(coat, '111')).toBeNull();
  });

  test('its own are those of no variant', () => {
    expect(ownBarcodes(coat)).toEqual(['111']);
  });
});

test('the first repeated value is the one whose second place comes first', () => {
  expect(firstRepeated(['a', 'b', 'b', 'a'])).toBe('b');
  expect(firstRepeated(['a', 'A'])).toBeUndefined();
});
