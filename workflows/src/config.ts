import { count, processConfig, secret, type Env } from '@nexus/service-kit';
import { BUILD_ID } from '@nexus/temporal-kit';
import { z } from 'zod';

/** The environment of this process; read here alone. */
export const environment: Env = process.env;

const temporal = {
  temporalAddress: z.string().default('127.0.0.1:7233'),
  temporalNamespace: z.string().default('nexus'),
};
const buildId = z.string().regex(BUILD_ID);

/** Settings of the workflow worker: it knows Temporal, asks services over NATS, and has no database. */
export const config = processConfig.extend({
  natsUrl: secret,
  ...temporal,
  /** Which build this worker is: `NEXUS_BUILD_ID`. Absent: made from the workflows' code, changed code is another build. */
  buildId: buildId.optional(),
  /**
   * Which build takes the work. `release`: the one that the release named (promote.ts). `self`: the one started last, where
   * nobody releases anything. `off`: workers without a version, for a server that knows none.
   */
  workerVersioning: z.enum(['self', 'release', 'off']).default('self'),
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

/** Settings of `promote.ts`. */
export const promoteConfig = z.object({
  ...temporal,
  buildId,
  /** How long a Temporal that is away is waited for. */
  promoteWaitMs: count(0, 3_600_000).default(60_000),
  /** How long workers that are there already are given to take the work. */
  takeOverWaitMs: count(0, 600_000).default(20_000),
});
