import { describe, expect, test } from '@jest/globals';
import type { BarcodeAnswer } from '@nexus/contracts';
import { BarcodeCache } from './barcode-cache.ts';

const answer = (code: string): BarcodeAnswer => ({
  product: {
    id: '01930000-0000-7000-8000-000000000001',
    code,
    description: 'Milo 400 g',
    unit: 'ea',
    taxGroup: 'standard',
    priceMinor: 4500,
    currency: 'GHS',
    barcodes: [code],
    variants: [],
    active: true,
    revision: 1,
  },
  variant: null,
});

const cacheOf = (over = {}) => new BarcodeCache({ maxTenants: 2, maxBytesOfTenant: 1000, lifeMs: 60_000, ...over });

/** A loader that counts how often it was asked. */
function counting() {
  const loader = { calls: 0, load: (code: string) => () => ((loader.calls += 1), Promise.resolve(answer(code))) };
  return loader;
}

describe('answers by barcode', () => {
  test('are loaded once, also when there is no such product', async () => {
    const cache = cacheOf();
    const { load } = counting();
    let asked = 0;
    const nothing = () => ((asked += 1), Promise.resolve(null));
    expect(await cache.get('a', '1', load('X'))).toEqual(answer('X'));
    expect(await cache.get('a', '1', nothing)).toEqual(answer('X'));
    expect(await cache.get('a', '2', nothing)).toBeNull();
    expect(await cache.get('a', '2', nothing)).toBeNull();
    expect(asked).toBe(1);
  });

  test('of one tenant never come to another', async () => {
    const cache = cacheOf();
    await cache.get('a', '1', counting().load('OF-A'));
    expect(await cache.get('b', '1', counting().load('OF-B'))).toEqual(answer('OF-B'));
  });

  test('are gone after the tenant changed its catalogue', async () => {
    const cache = cacheOf();
    await cache.get('a', '1', counting().load('OLD'));
    cache.forget('a');
    expect(await cache.get('a', '1', counting().load('NEW'))).toEqual(answer('NEW'));
  });

  test('that were being loaded during the change are not kept', async () => {
    const cache = cacheOf();
    const late = Promise.withResolvers<BarcodeAnswer>();
    const first = cache.get('a', '1', () => late.promise);
    cache.forget('a');
    late.resolve(answer('OLD'));
    await first;
    expect(await cache.get('a', '1', counting().load('NEW'))).toEqual(answer('NEW'));
  });

  test('stay within the bytes of one tenant and the number of tenants', async () => {
    const cache = cacheOf();
    const loader = counting();
    for (const barcode of ['1', '2', '3', '4', '5', '6']) await cache.get('a', barcode, loader.load(barcode));
    await cache.get('a', '1', loader.load('1'));
    expect(loader.calls).toBe(7); // '1' had to go
    await cache.get('b', '1', loader.load('1'));
    await cache.get('c', '1', loader.load('1'));
    await cache.get('a', '6', loader.load('6'));
    expect(loader.calls).toBe(10); // tenant a had to go
  });
});
