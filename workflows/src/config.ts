import { count, processConfig, secret } from '@nexus/service-kit';
import { z } from 'zod';

/** Settings of the workflow worker: it knows Temporal, asks services over NATS, and has no database. */
export const config = processConfig.extend({
  natsUrl: secret,
  temporalAddress: z.string().default('127.0.0.1:7233'),
  temporalNamespace: z.string().default('nexus'),
  /** The bundle of workflow code as an image has it: `NEXUS_WORKFLOWS_BUNDLE_FILE`. Absent: it is made at the start. */
  bundleFile: z.string().optional(),
  /** Folder in which the bundle of workflow code is kept between starts; without one it is made at each start. */
  bundleCacheDir: z.string().optional(),
  /** Workflow tasks at once. */
  taskConcurrency: count(1, 1_000).default(20),
  /** Questions to services at once: each may keep one connection to a service's database busy. */
  localActivityConcurrency: count(1, 1_000).default(16),
  /** Workflows kept in memory between their tasks. */
  cachedWorkflows: count(0, 100_000).default(200),
});
