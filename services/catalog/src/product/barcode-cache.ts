import type { BarcodeAnswer } from '@nexus/contracts';
import { LRUCache } from 'lru-cache';

export interface BarcodeCacheOptions {
  /** Tenants kept; the one unused for longest goes first. */
  readonly maxTenants: number;
  /** Bytes of answers kept for each tenant, as JSON. */
  readonly maxBytesOfTenant: number;
  /** Longest life of an answer: bounds how long a change made by another process may stay unseen if its event is late. */
  readonly lifeMs: number;
}

/** Null: this tenant has no active product with that barcode. */
export type BarcodeFound = BarcodeAnswer | null;

/**
 * Answers by barcode, each tenant its own, so that one tenant's traffic never pushes out another's. `forget` drops a
 * tenant's answers after each change of its catalogue. They are kept as JSON: thousands of them as objects are what the
 * collector would stop everybody for.
 */
export class BarcodeCache {
  readonly #tenants: LRUCache<string, LRUCache<string, string>>;
  readonly #options: BarcodeCacheOptions;

  constructor(options: BarcodeCacheOptions) {
    this.#options = options;
    this.#tenants = new LRUCache({ max: options.maxTenants });
  }

  /** The answer kept or, once loaded, the new one. One that was being loaded while the tenant was forgotten is not kept. */
  async get(tenantId: string, barcode: string, load: () => Promise<BarcodeFound>): Promise<BarcodeFound> {
    const answers = this.#answersOf(tenantId);
    const kept = answers.get(barcode);
    if (kept !== undefined) return JSON.parse(kept) as BarcodeFound;
    const answer = await load();
    // `forget` puts another map in this one's place, so a late answer falls into one that nobody reads any more.
    answers.set(barcode, JSON.stringify(answer));
    return answer;
  }

  forget(tenantId: string): void {
    this.#tenants.delete(tenantId);
  }

  forgetAll(): void {
    this.#tenants.clear();
  }

  #answersOf(tenantId: string): LRUCache<string, string> {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const answers = new LRUCache<string, string>({
      maxSize: this.#options.maxBytesOfTenant,
      sizeCalculation: (answer, barcode) => answer.length + barcode.length,
      ttl: this.#options.lifeMs,
    });
    this.#tenants.set(tenantId, answers);
    return answers;
  }
}
