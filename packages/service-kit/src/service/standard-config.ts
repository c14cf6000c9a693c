import { DATABASE_LIMITS } from '@nexus/tenancy-db';
import { Sensitive } from '@nexus/telemetry';
import { z } from 'zod';

/** A setting that is on or off: `true`, `false`, `1`, `0`. */
export const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');

/** A whole number within bounds. */
export const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** A secret: never printed, used by `expose()`. */
export const secret = z
  .string()
  .min(1)
  .transform((value) => new Sensitive(value));

/** How a process listens, logs and stops: every one has this. Setting `httpPort` is variable `NEXUS_HTTP_PORT`. */
export const processConfig = z.object({
  httpHost: z.string().default('127.0.0.1'),
  httpPort: count(0, 65_535).default(8_080),
  /** Peers whose `x-forwarded-for` is believed, as Express writes them: the edge's address, or its network. */
  httpTrustProxy: z.string().default('loopback'),
  httpMaxRequests: count(1, 100_000).default(256),
  httpMaxStreams: count(1, 100_000).default(1_000),
  /** How long a shared engine may be away until the process says that it is not ready: longer than a failover takes. */
  readyGraceMs: count(0, 600_000).default(30_000),
  /** After SIGTERM: how long the process says "not ready" before it closes its doors, so that routers notice. */
  drainMs: count(0, 60_000).default(0),
  /** How long requests in hand may take after that. */
  stopGraceMs: count(0, 300_000).default(10_000),
});

/** What the standard service of the platform needs. A service extends it: `standardConfig.extend({ … })`. */
export const standardConfig = processConfig.extend({
  /** Login `{service}_service`; a pooler in transaction mode may stand between. */
  databaseUrl: secret,
  /** Login `{service}_provisioner`, straight to PostgreSQL. */
  provisionerDatabaseUrl: secret,
  databasePool: count(1, 200).default(8),
  /** How long a transaction waits for a connection: a new one, or one of the pool's. */
  databaseConnectMs: count(100, 300_000).default(DATABASE_LIMITS.connectMs),
  /** What PostgreSQL gives one statement. Imports, audits, rebuilds and migrations have limits of their own. */
  databaseStatementMs: count(100, 3_600_000).default(DATABASE_LIMITS.statementMs),
  /** How long beyond that a database that has gone silent is waited for. */
  databaseAnswerMs: count(100, 300_000).default(DATABASE_LIMITS.answerMs),
  databaseNamedStatements: flag.default(false),
  /** Migrate the shared schema at start. Off where a release job does it. */
  migrateShared: flag.default(true),
  /** Bring tenants' schemas up in the background after the start. Off where a release job does it. */
  migrateTenants: flag.default(true),
  natsUrl: secret,
  /** Servers that keep a copy of each event stream. Absent: new streams have one, others stay as they are. */
  natsStreamReplicas: count(1, 5).optional(),
  /** Questions of other services that are answered at once; the next is told to come later. */
  questionConcurrency: count(1, 10_000).default(64),
  /** Tenants whose events are carried away at once, and applied at once for each service that is listened to. */
  tenantConcurrency: count(1, 32).default(4),
  /** How often keys and revocations are asked for. */
  securityPollMs: count(100, 60_000).default(15_000),
  temporalAddress: z.string().default('127.0.0.1:7233'),
  temporalNamespace: z.string().default('nexus'),
  /** Activities of this service at once. */
  activityConcurrency: count(1, 200).default(8),
});
export type StandardConfig = z.output<typeof standardConfig>;
