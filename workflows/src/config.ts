import { count, processConfig } from '@nexus/service-kit';
import { z } from 'zod';

/** Settings of the workflow worker: it knows Temporal and nothing else, least of all a database. */
export const config = processConfig.extend({
  temporalAddress: z.string().default('127.0.0.1:7233'),
  temporalNamespace: z.string().default('nexus'),
  /** Folder in which the bundle of workflow code is kept between starts; without one it is made at each start. */
  bundleCacheDir: z.string().optional(),
  /** Workflow tasks at once. */
  taskConcurrency: count(1, 1_000).default(20),
  /** Workflows kept in memory between their tasks. */
  cachedWorkflows: count(0, 100_000).default(200),
});
