import { describe, expect, test } from '@jest/globals';
import { makeCatalogue } from './catalogue.ts';
import { catalogueCsv } from './csv.ts';
import { isEan13 } from './ean13.ts';

const products = makeCatalogue(7);

describe('the trial catalogue', () => {
  test('is the same for the same seed and another for another', () => {
    expect(makeCatalogue(7)).toEqual(products);
    expect(makeCatalogue(8)).not.toEqual(products);
  });

  test('has some 3,000 products, each with its own code, name and internal EAN-13', () => {
    expect(products).toHaveLength(3000);
    expect(new Set(products.map((one) => one.code)).size).toBe(3000);
    expect(new Set(products.map((one) => one.description)).size).toBe(3000);
    expect(new Set(products.map((one) => one.barcode)).size).toBe(3000);
    for (const { barcode } of products) {
      expect(isEan13(barcode)).toBe(true);
      expect(Number(barcode.slice(0, 2))).toBeGreaterThanOrEqual(20);
      expect(Number(barcode.slice(0, 2))).toBeLessThanOrEqual(29);
    }
  });

  test('has prices as they stand on shelves', () => {
    for (const { priceMinor } of products) {
      expect(priceMinor).toBeGreaterThan(0);
      expect(priceMinor % 50).toBe(0);
      if (priceMinor >= 20_500) expect(priceMinor % 500).toBe(0);
    }
  });

  test('comes from every family, weighed ones among them', () => {
    expect(new Set(products.map((one) => one.department)).size).toBeGreaterThan(25);
    expect(products.some((one) => one.unit === 'kg' && one.taxGroup === 'exempt')).toBe(true);
  });

  test('is written with a header and a line for each product', () => {
    const lines = [...catalogueCsv(products.slice(0, 2))];
    expect(lines[0]).toBe('code,description,price,barcodes,unit,tax_group,attribute:department\n');
    expect(lines).toHaveLength(3);
  });

  test('cannot be larger than its families', () => {
    expect(() => makeCatalogue(1, 1_000_000)).toThrow(RangeError);
  });
});
