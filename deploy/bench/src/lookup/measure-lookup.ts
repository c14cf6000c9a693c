import { createTenant, importProducts } from '@nexus/cli';
import type { BenchPlatform } from '../platform.ts';
import { barcode } from './barcode.ts';
import { measureLookupFloor } from './measure-lookup-floor.ts';
import { catalogueSettled } from './settled.ts';
import { askSteadily, type Latency } from './steady-load.ts';

export interface LookupFigures extends Latency {
  readonly products: number;
  readonly requestsPerSecond: number;
  /** The same load on a server that does nothing but look up. */
  readonly floorP50Ms: number;
  readonly floorP99Ms: number;
}

export interface LookupOptions {
  readonly products: number;
  readonly requestsPerSecond: number;
  readonly seconds: number;
  readonly onProgress: (text: string) => void;
}

const SETTLE_TIMEOUT_MS = 180_000;

/** Product look-up by barcode over HTTP at a fixed rate, beside its floor: each barcode is asked for the first time. */
export async function measureLookup(platform: BenchPlatform, options: LookupOptions): Promise<LookupFigures> {
  const { products, requestsPerSecond, seconds, onProgress } = options;
  const { session } = platform;
  onProgress(`a catalogue of ${products} products`);
  const name = `Look-up ${Date.now().toString(36)}`;
  const { slug, tenantId } = await createTenant(session, {
    name,
    ownerEmail: 'lookup@example.test',
    currency: 'GHS',
    country: 'GH',
  });
  const { api } = await session.enter(slug);
  await importProducts(api, () => new TextEncoder().encode(catalogue(products)));
  onProgress('until every copy of the catalogue has it');
  await catalogueSettled(platform, tenantId, SETTLE_TIMEOUT_MS);
  const load = { products, requestsPerSecond, seconds };
  onProgress(`${requestsPerSecond} look-ups a second for ${seconds} s: the floor, then the platform`);
  const floor = await measureLookupFloor(platform.engines.postgres.superuserUrl, load);
  const asked = await askSteadily({
    ...load,
    url: `${platform.platform.origin}/api/catalog/products/by-barcode/`,
    headers: { authorization: `Bearer ${await api.bearer()}` },
  });
  return { products, requestsPerSecond, ...asked, floorP50Ms: floor.p50Ms, floorP99Ms: floor.p99Ms };
}

const catalogue = (products: number): string =>
  [
    'code,description,price,barcodes',
    ...Array.from({ length: products }, (_, n) => `B${n},Product number ${n},${(n % 300) + 1}.25,${barcode(n)}`),
  ].join('\n');
