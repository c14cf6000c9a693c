import { securityState, type ServiceName } from '@nexus/contracts';
import {
  callRpc,
  messagingSharedMigrations,
  messagingTenantMigrations,
  openNats,
  type EventHandler,
  type NatsLink,
  type RpcHandler,
} from '@nexus/messaging';
import {
  createProvisioner,
  createTenancyDb,
  type Migration,
  type Provisioner,
  type ProvisionerOptions,
  type TenancyDb,
  type TenancyDbOptions,
} from '@nexus/tenancy-db';
import type { Logger } from '@nexus/telemetry';
import { connectTemporal, type TemporalLink } from '@nexus/temporal-kit';
import type { z } from 'zod';
import { createTokenVerifier, type SecurityState, type TokenVerifier } from '../access/token-verifier.ts';
import { tenantFigureMigration } from '../figures/tenant-figure.migration.ts';
import { TenantFigures, type TenantFigure } from '../figures/tenant-figures.ts';
import type { ReadinessCheck } from '../http/health.ts';
import type { Route } from '../http/route.ts';
import { defineService, type RunningService, type ServiceDefinition, type ServiceRuntime } from './define-service.ts';
import type { Gauges } from './part-gauges.ts';
import { runParts } from './run-parts.ts';
import type { StandardConfig } from './standard-config.ts';

/** What the kit makes for a service; its own objects are made from these. */
export interface Kit<C> {
  readonly config: C;
  readonly logger: Logger;
  readonly db: TenancyDb;
  readonly provisioner: Provisioner;
  readonly nats: NatsLink;
  readonly temporal: TemporalLink;
  /** Figures of all tenants, kept while the process is measured; told by whoever changes one. */
  readonly figures: TenantFigures;
  readonly stopping: AbortSignal;
}

/** Something of a service's own that runs beside requests: a sweeper, a relay of signals. */
export interface Background {
  start(): void;
  /** Ends what is in hand. */
  stop(): Promise<void> | void;
}

/** A service as tables: what it keeps, answers, hears and does. `D` is what its own code works with. */
export interface StandardService<C extends StandardConfig, D> {
  readonly name: ServiceName;
  readonly config: z.ZodType<C>;
  readonly tenantMigrations: readonly Migration[];
  readonly sharedMigrations?: readonly Migration[];
  readonly entities?: NonNullable<TenancyDbOptions['entities']>;
  readonly seedTenant?: NonNullable<ProvisionerOptions['seedTenant']>;
  /** Makes the service's own objects once, before anything starts. */
  readonly deps: (kit: Kit<C>) => D | Promise<D>;
  readonly routes: (deps: D) => readonly Route[];
  readonly subscribers?: (deps: D) => readonly EventHandler[];
  /** Questions it answers besides those about its event log, which every service answers. */
  readonly rpcHandlers?: (deps: D) => readonly RpcHandler[];
  /** Activities besides those that make and drop a tenant's schema, which every service has. */
  readonly activities?: (deps: D) => object;
  readonly background?: (deps: D) => readonly Background[];
  /** Figures of each tenant that gauges read for all of them; failed messages are counted for every service. */
  readonly figures?: (deps: D) => readonly TenantFigure[];
  /** Gauges besides those that every service has. */
  readonly gauges?: (deps: D) => readonly Gauges[];
  /** Essential parts besides the database. */
  readonly readiness?: (deps: D) => Readonly<Record<string, ReadinessCheck>>;
  /** Where keys and revocations come from, for the service that owns them; all others ask it. */
  readonly securityState?: (deps: D) => () => Promise<SecurityState>;
}

/** A service made of tables, with what makes its tenants' schemas. */
export interface StandardDefinition<C> extends ServiceDefinition<C> {
  /** With the kit's migrations and the service's own; `url` is that of the login `{service}_provisioner`. */
  readonly createProvisioner: (url: string) => Provisioner;
}

/** The definition of a service that is made of tables: `export const service = standardService({ … })`. */
export const standardService = <C extends StandardConfig, D>(spec: StandardService<C, D>): StandardDefinition<C> => ({
  ...defineService({ name: spec.name, config: spec.config, start: (runtime) => startStandardService(spec, runtime) }),
  createProvisioner: (url) => provisionerOf(spec, url),
});

/**
 * Starts a service in order: its door, so that probes are answered; its database's shared schema; its parts. Until then it
 * is not ready. NATS and Temporal may be away: what needs them begins when they come. Stops in the opposite order.
 */
export async function startStandardService<C extends StandardConfig, D>(
  spec: StandardService<C, D>,
  runtime: ServiceRuntime<C>,
): Promise<RunningService> {
  const kit = makeKit(spec, runtime);
  try {
    const deps = await spec.deps(kit);
    const verifier = verifierFor(spec, kit, deps);
    return await runParts(spec, runtime, kit, { deps, verifier, sharedMigrations: sharedMigrationsOf(spec) });
  } catch (error) {
    await closeKit(kit);
    throw error;
  }
}

export async function closeKit(kit: Kit<StandardConfig>): Promise<void> {
  await Promise.all([kit.nats.close(), kit.temporal.close(), kit.db.close(), kit.provisioner.close()]);
}

const sharedMigrationsOf = <C extends StandardConfig, D>(spec: StandardService<C, D>): string[] =>
  sharedOf(spec).map(({ name }) => name);

const sharedOf = <C extends StandardConfig, D>(spec: StandardService<C, D>): readonly Migration[] => [
  ...messagingSharedMigrations,
  tenantFigureMigration,
  ...(spec.sharedMigrations ?? []),
];

const provisionerOf = <C extends StandardConfig, D>(spec: StandardService<C, D>, url: string): Provisioner =>
  createProvisioner({
    service: spec.name,
    url,
    tenantMigrations: [...messagingTenantMigrations, ...spec.tenantMigrations],
    sharedMigrations: sharedOf(spec),
    ...(spec.seedTenant === undefined ? {} : { seedTenant: spec.seedTenant }),
  });

function makeKit<C extends StandardConfig, D>(spec: StandardService<C, D>, runtime: ServiceRuntime<C>): Kit<C> {
  const { config, logger, stopping, neighbours } = runtime;
  const provisioner = provisionerOf(spec, config.provisionerDatabaseUrl.expose());
  const db = createTenancyDb({
    service: spec.name,
    url: config.databaseUrl.expose(),
    poolSize: config.databasePool,
    limits: {
      connectMs: config.databaseConnectMs,
      statementMs: config.databaseStatementMs,
      answerMs: config.databaseAnswerMs,
    },
    namedStatements: config.databaseNamedStatements,
    requiredMigration: provisioner.requiredMigration,
    ...(spec.entities === undefined ? {} : { entities: spec.entities }),
  });
  const nats = openNats({
    url: config.natsUrl.expose(),
    name: `nexus-${spec.name}`,
    logger,
    ...(neighbours === undefined ? {} : { neighbours }),
  });
  const temporal = connectTemporal({ address: config.temporalAddress, namespace: config.temporalNamespace, logger });
  const figures = new TenantFigures({ db, logger });
  return { config, logger, db, provisioner, nats, temporal, figures, stopping };
}

function verifierFor<C extends StandardConfig, D>(spec: StandardService<C, D>, kit: Kit<C>, deps: D): TokenVerifier {
  const fetchState = spec.securityState?.(deps) ?? (() => callRpc(kit.nats, securityState, null, {}));
  return createTokenVerifier({ fetchState, logger: kit.logger, pollMs: kit.config.securityPollMs });
}
