import { createTenant, importProducts } from '@nexus/cli';
import type { BenchPlatform } from '../platform.ts';
import { percentile } from '../measure/median.ts';
import { catalogueSettled } from './settled.ts';

export interface LookupFigures {
  readonly products: number;
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

export interface LookupOptions {
  readonly products: number;
  readonly requestsPerSecond: number;
  readonly seconds: number;
  readonly onProgress: (text: string) => void;
}

const SETTLE_TIMEOUT_MS = 180_000;
/** Different barcodes asked for: a till's day, not one product again and again. */
const DISTINCT = 20_000;

/**
 * Product look-up by barcode over HTTP at a fixed rate. Requests leave on time whether or not earlier ones have come
 * back, so a slow answer is not hidden by asking less.
 */
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
  const url = (n: number): string =>
    `${platform.platform.origin}/api/catalog/products/by-barcode/${barcode(n % products)}`;
  const token = await api.bearer();
  const ask = async (n: number): Promise<number> => {
    const begun = performance.now();
    const response = await fetch(url(n), { headers: { authorization: `Bearer ${token}` } });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`status ${response.status}`);
    return performance.now() - begun;
  };
  onProgress(`${requestsPerSecond} look-ups a second for ${seconds} s`);
  await Promise.all(Array.from({ length: 50 }, (_, n) => ask(n)));
  const pending: Promise<number>[] = [];
  const total = requestsPerSecond * seconds;
  const begun = performance.now();
  while (pending.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * requestsPerSecond));
    while (pending.length < due) pending.push(ask((pending.length * 7_919) % DISTINCT));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const settled = await Promise.allSettled(pending);
  const times = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  return {
    products,
    requestsPerSecond,
    requests: total,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    failed: total - times.length,
  };
}

/** Internal EAN-13: prefix 29, the product's number, check digit. */
function barcode(n: number): string {
  const digits = `29${String(n).padStart(10, '0')}`;
  const sum = Array.from(digits).reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const catalogue = (products: number): string =>
  [
    'code,description,price,barcodes',
    ...Array.from({ length: products }, (_, n) => `B${n},Product number ${n},${(n % 300) + 1}.25,${barcode(n)}`),
  ].join('\n');
