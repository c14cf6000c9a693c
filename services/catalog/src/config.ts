import { count, standardConfig } from '@nexus/service-kit';
import type { z } from 'zod';

/** What every service has, and how much of look-ups by barcode is kept in memory. */
export const config = standardConfig.extend({
  /** Tenants whose look-ups are kept. */
  barcodeCacheTenants: count(1, 10_000).default(32),
  /** Bytes kept for each of them. */
  barcodeCacheBytes: count(10_000, 1_000_000_000).default(8_000_000),
  /** Longest life of a kept look-up. */
  barcodeCacheLifeMs: count(0, 3_600_000).default(30_000),
});
export type CatalogConfig = z.output<typeof config>;

/** The one place where this service reads the environment. */
export const environment = process.env;
